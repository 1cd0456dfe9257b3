//! Following a promotion until it is over.

use std::time::Duration;

use clap::Args;
use domain::{
    gate::{GateKind, Standing},
    promotion::{Promotion, State},
    view::PromotionView,
    words,
};
use indicatif::{ProgressBar, ProgressDrawTarget};
use tokio::time::{Instant, sleep, timeout_at};

use super::show;
use crate::{client::Api, commands::parse_duration, failure::Failure, output::Output};

/// How often to look.
const PAUSE: Duration = Duration::from_secs(2);

/// The first look comes soon: a promotion without gates is over by then.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

#[derive(Args)]
pub(super) struct WaitOptions {
    /// Wait until it is over, and say how it goes
    #[arg(long)]
    wait: bool,
    /// Wait so long at the most, such as 30s, 20min, 2h or 1d; the promotion goes on
    #[arg(long, value_name = "DURATION", default_value = "1d", requires = "wait", value_parser = parse_duration)]
    timeout: Duration,
}

impl WaitOptions {
    /// How long to wait, if at all.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.wait.then_some(self.timeout)
    }
}

/// What is told when it changes: durations in words change every minute, and are not.
type Stage = (&'static str, Vec<(GateKind, Standing)>);

/// Waits until a promotion is over, and shows it. Fails if it did not succeed, or not in time.
pub(super) async fn until_over(
    api: &Api,
    promotion: &Promotion,
    patience: Duration,
    output: &Output,
) -> Result<(), Failure> {
    let mut progress = Progress::new(output);
    let end = Instant::now() + patience;
    let path = format!("/api/v1/promotions/{}", promotion.id);
    let mut now = promotion.clone();
    let mut pause = FIRST_PAUSE;
    while !now.state.is_terminal() {
        progress.tell(&now, output);
        if timeout_at(end, sleep(pause)).await.is_err() {
            progress.over();
            show::promotion(api, &now, output)?;
            return Err(Failure::Unsuccessful(format!(
                "the promotion is still {}; it goes on. See `towpath promotions {}`",
                now.state.word(),
                now.id
            )));
        }
        let view: PromotionView = api.get(&path, &Vec::new()).await?;
        now = view.promotion;
        pause = PAUSE;
    }
    progress.over();
    show::promotion(api, &now, output)?;
    ended_well(&now)
}

/// Fails for a promotion that is over and has released nothing.
pub(in crate::commands) fn ended_well(promotion: &Promotion) -> Result<(), Failure> {
    if promotion.state == State::Succeeded || !promotion.state.is_terminal() {
        return Ok(());
    }
    Err(Failure::Unsuccessful(format!(
        "the promotion did not succeed: {}",
        show::state(&promotion.state)
    )))
}

/// A line that changes for anyone who watches; else a line each time that something has changed.
struct Progress {
    bar: Option<ProgressBar>,
    told: Option<Stage>,
}

impl Progress {
    fn new(output: &Output) -> Self {
        let bar = output.is_watched().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, told: None }
    }

    fn tell(&mut self, promotion: &Promotion, output: &Output) {
        let closed = show::in_the_way(&promotion.gates);
        let line = match promotion.state {
            State::Waiting if !closed.is_empty() => format!("waiting: {closed}"),
            _ => {
                let state = promotion.state.word();
                match (&promotion.last_error, promotion.copied) {
                    (Some(error), _) => format!("{state}, last tried {}", show::last_try(error)),
                    (None, Some(copied)) => format!(
                        "{state}, {} of {} copied",
                        words::size(copied.bytes),
                        words::size(copied.of)
                    ),
                    (None, None) => state.to_owned(),
                }
            }
        };
        if let Some(bar) = &self.bar {
            bar.set_message(crate::output::printable(&line));
            return;
        }
        let gates = promotion.gates.iter();
        let stage = (
            promotion.state.word(),
            gates.map(|gate| (gate.gate, gate.standing)).collect(),
        );
        if self.told.as_ref() != Some(&stage) {
            output.note(&line);
            self.told = Some(stage);
        }
    }

    fn over(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

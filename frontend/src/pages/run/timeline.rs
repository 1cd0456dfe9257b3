//! A run's steps, each with a bar where it lies in time. Bars are placed by SVG attributes, which a strict content
//! security policy allows where it forbids inline styles; the times also stand there in words.

use domain::{
    Timestamp,
    view::{RunView, StepView},
    words,
};
use leptos::prelude::*;

use crate::{
    components::{heading, icon, status, time},
    links,
};

/// So many steps are on the page: with more, it would be longer than what a function may answer.
const MOST: usize = 1_000;

/// The steps of a run, or the first of very many.
pub(super) fn timeline(view: &RunView) -> AnyView {
    if view.steps.is_empty() {
        return heading::empty(
            "No steps yet",
            "Only the run itself was reported so far. Its stages and actions appear here as their events arrive.".into_any(),
        );
    }
    let scale = Scale::of(view);
    let steps = view
        .steps
        .iter()
        .take(MOST)
        .map(|step| item(step, view, &scale))
        .collect_view();
    let left_out = view.steps.len().saturating_sub(MOST);
    let more = (left_out > 0).then(|| {
        view! {
            <p class="hint">
                {format!("{left_out} more steps are not shown here. ")}
                <a href=links::api_run(&view.run.id)>"All steps as JSON"</a>
            </p>
        }
    });
    view! {
        <div class="timeline">
            {axis(&scale)}
            <ol>{steps}</ol>
        </div>
        {more}
    }
    .into_any()
}

/// Where moments lie between the first start and the last end, in percent.
struct Scale {
    start: Timestamp,
    seconds: i64,
}

impl Scale {
    fn of(view: &RunView) -> Self {
        let starts = view.steps.iter().map(|step| step.step.started_at);
        let start = starts
            .min()
            .unwrap_or(view.run.started_at)
            .min(view.run.started_at);
        let end = |step: &StepView| step.step.finished_at().unwrap_or(view.as_of);
        let last = view.steps.iter().map(end).max().unwrap_or(view.as_of);
        Self {
            start,
            seconds: time::seconds(start, last).max(1),
        }
    }

    fn at(&self, moment: Timestamp) -> f64 {
        self.percent(time::seconds(self.start, moment).min(self.seconds))
    }

    /// Seconds from the start, as a share of the whole.
    fn percent(&self, seconds: i64) -> f64 {
        let thousandths = seconds.saturating_mul(100_000) / self.seconds;
        f64::from(i32::try_from(thousandths).unwrap_or(100_000)) / 1_000.0
    }

    /// Round moments between the ends, in seconds from the start: at the most four.
    fn ticks(&self) -> Vec<i64> {
        const ROUND: [i64; 16] = [
            1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800,
            2_592_000,
        ];
        let step = ROUND
            .into_iter()
            .find(|step| self.seconds / step <= 4)
            .unwrap_or(self.seconds);
        // The last label needs space before the right edge.
        (1..=4)
            .map(|n| n * step)
            .filter(|tick| tick * 100 < self.seconds * 94)
            .collect()
    }
}

fn axis(scale: &Scale) -> AnyView {
    let labels = scale
        .ticks()
        .into_iter()
        .map(|tick| {
            view! { <text x=format!("{}%", scale.percent(tick)) y="12">{words::took(tick)}</text> }
        })
        .collect_view();
    view! {
        <div class="axis" aria-hidden="true">
            <svg width="100%" height="16"><text x="0" y="12" class="first">"0"</text>{labels}</svg>
        </div>
    }
    .into_any()
}

fn item(view: &StepView, run: &RunView, scale: &Scale) -> AnyView {
    let step = &view.step;
    let class = if step.action().is_some() {
        "action"
    } else {
        "stage"
    };
    let after = words::took(time::seconds(scale.start, step.started_at));
    view! {
        <li class=class data-key=step.id.to_string()>
            <div class="what">
                <strong>{step.action().unwrap_or(step.stage()).to_owned()}</strong>
                {more(view, run)}
            </div>
            {status::badge(step.status, &step.raw_status)}
            {bar(view, run, scale)}
            <p class="took">
                <span class="unseen">{format!("started {after} into the run, took ")}</span>
                {time::duration(step.started_at, step.finished_at(), run.as_of)}
            </p>
        </li>
    }
    .into_any()
}

fn bar(view: &StepView, run: &RunView, scale: &Scale) -> AnyView {
    let step = &view.step;
    let from = scale.at(step.started_at).min(99.0);
    let until = scale.at(step.finished_at().unwrap_or(run.as_of));
    let width = (until - from).max(0.8);
    let lines = scale
        .ticks()
        .into_iter()
        .map(|tick| {
            let x = format!("{}%", scale.percent(tick));
            view! { <line x1=x.clone() x2=x y1="0" y2="100%" /> }
        })
        .collect_view();
    view! {
        <svg class="bar" width="100%" height="20" aria-hidden="true">
            {lines}
            <rect data-status=step.status.word() x=format!("{from}%") y="5" width=format!("{width:.3}%") height="10" rx="3" />
        </svg>
    }
    .into_any()
}

/// What carried a step out, and where to read on.
fn more(view: &StepView, run: &RunView) -> Option<AnyView> {
    let detail = view.step.detail.as_ref().map(|detail| &detail.value);
    let provider =
        detail.and_then(|detail| detail.provider.clone().or_else(|| detail.category.clone()));
    let carried = view.carried_out_by.as_ref().map(|id| {
        let label = format!("The {} run of {}", provider.clone().unwrap_or_default(), view.step.id);
        view! { <a href=links::run(id) aria-label=label>{provider.clone().unwrap_or_else(|| "run".to_owned())}</a> }.into_any()
    });
    let by =
        carried.or_else(|| provider.map(|provider| view! { <span>{provider}</span> }.into_any()));
    let log = detail.and_then(|detail| detail.url.as_deref()).and_then(links::foreign).map(|url| {
        view! { <a href=url rel="noreferrer" aria-label=format!("Details of {}", view.step.id)>"details " {icon::icon(icon::ELSEWHERE)}</a> }
    });
    let earlier = (view.step.attempt < run.run.attempt)
        .then(|| view! { <span>{format!("attempt {}", view.step.attempt)}</span> });
    (by.is_some() || log.is_some() || earlier.is_some())
        .then(|| view! { <p class="facts">{by} {log} {earlier}</p> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(seconds: i64) -> Scale {
        Scale {
            start: Timestamp::UNIX_EPOCH,
            seconds,
        }
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(scale(250).ticks(), [60, 120, 180]);
        assert_eq!(scale(500).ticks(), [120, 240, 360]);
        assert_eq!(scale(1).ticks(), Vec::<i64>::new());
        assert!(scale(400_000_000).ticks().len() <= 4);
    }

    #[test]
    fn a_bar_never_leaves_the_picture() {
        let scale = scale(100);
        assert!((scale.at("1970-01-01T00:00:25Z".parse().unwrap()) - 25.0).abs() < 0.001);
        assert!((scale.at("2026-01-01T00:00:00Z".parse().unwrap()) - 100.0).abs() < 0.001);
        assert!(scale.at("1969-01-01T00:00:00Z".parse().unwrap()).abs() < 0.001);
    }
}

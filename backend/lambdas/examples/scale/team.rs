//! A team of ten apps in three environments, and what its pipelines report.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::{
    Timestamp,
    catalog::{App, Environment, Feed},
    id::{AppId, EnvironmentId},
};
use jiff::SignedDuration;
use lambdas::events;
use testkit::{TestPortal, dev, functions::batch, records, run_events::ToldRun, wallet};

/// Events of a run, in the mean: one of two has 24, the other 26.
pub(crate) const MEAN_EVENTS: u32 = 25;

const APPS: u32 = 10;
const ENVIRONMENTS: [&str; 3] = ["dev", "preprod", "prod"];
/// Messages that the queue hands over at one time.
const BATCH: usize = 10;
/// One run of so many makes a build of wallet.
const RUNS_A_BUILD: u32 = 40;
/// One run of so many fails.
const RUNS_A_FAILURE: u32 = 8;
/// How many rows lists are filled with before anything is counted: more than any page shows.
const FILLED: u32 = 120;
/// Time from one run's start to that of the next: 40,000 of them take 278 days.
const BETWEEN: SignedDuration = SignedDuration::from_mins(10);

const FETCH: [(&str, u32); 1] = [("Source", 1)];
const WHOLE: [[(&str, u32); 5]; 2] = [
    [
        ("Source", 1),
        ("Build", 1),
        ("Test", 2),
        ("Register", 1),
        ("Deploy", 1),
    ],
    [
        ("Source", 1),
        ("Build", 2),
        ("Test", 2),
        ("Register", 1),
        ("Deploy", 1),
    ],
];

/// What the clock of the pages shows, in seconds: when the last run ended.
static NOW: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
}

/// A team with its portal.
pub(crate) struct Team {
    pub(crate) portal: TestPortal,
}

impl Team {
    /// One whose lists are full, as they are for all but a new team: their first pages hold what they hold later.
    pub(crate) async fn start() -> Self {
        let builder = TestPortal::builder().catalog(|catalog| {
            catalog.apps = apps()
                .map(|id| App {
                    name: id.to_string(),
                    id,
                })
                .collect();
            catalog.environments = environments()
                .map(|id| Environment {
                    name: id.to_string(),
                    id,
                    colour: "#2563eb".to_owned(),
                })
                .collect();
            catalog.feeds = apps()
                .flat_map(|app| environments().map(move |place| feed(&app, place)))
                .collect();
        });
        let team = Self {
            portal: builder.in_memory().clock(clock).start().await,
        };
        for number in 0..FILLED {
            // Behind the numbers of all runs that are counted, and before them in time.
            let begins = start() - BETWEEN * i32::try_from(FILLED - number).unwrap();
            let pipelines = if number < FILLED - 3 { 1 } else { APPS * 3 };
            for pipeline in 0..pipelines {
                let run = ToldRun {
                    pipeline: &name(pipeline),
                    number: 10_000_000 + number * 100 + pipeline,
                    begins,
                    stages: &FETCH,
                    fails: false,
                };
                team.record(&run).await;
            }
            team.build(u64::from(number), begins).await;
        }
        team
    }

    /// Has the handler told of the run of that number, from its start to its end; how many events that is.
    pub(crate) async fn tell(&self, number: u32) -> u32 {
        let begins = start() + BETWEEN * i32::try_from(number).unwrap();
        let run = ToldRun {
            pipeline: &name(number % (APPS * 3)),
            number,
            begins,
            stages: &WHOLE[usize::from(number % 2 == 1)],
            fails: number % RUNS_A_FAILURE == 7,
        };
        if number.is_multiple_of(RUNS_A_BUILD) {
            self.build(u64::from(FILLED + number / RUNS_A_BUILD), begins)
                .await;
        }
        self.record(&run).await
    }

    /// A build of wallet, released in dev.
    async fn build(&self, number: u64, at: Timestamp) {
        let build = records::build(number + 1, at);
        self.portal.puts(&build, &dev()).await;
    }

    async fn record(&self, run: &ToldRun<'_>) -> u32 {
        let events: Vec<String> = run.events().iter().map(ToString::to_string).collect();
        let now = run.begins + BETWEEN;
        NOW.fetch_max(now.as_second(), Ordering::Relaxed);
        for messages in events.chunks(BATCH) {
            let messages: Vec<&str> = messages.iter().map(AsRef::as_ref).collect();
            let batch = serde_json::from_value(batch(&messages)).unwrap();
            let answer = events::record(&self.portal.portal, batch, now)
                .await
                .unwrap();
            assert!(answer.batch_item_failures.is_empty(), "run {}", run.number);
        }
        u32::try_from(events.len()).unwrap()
    }
}

fn start() -> Timestamp {
    "2026-01-05T06:00:00Z".parse().unwrap()
}

/// The apps: wallet and nine others.
fn apps() -> impl Iterator<Item = AppId> {
    let others = (1..APPS).map(|number| format!("app-{number}").parse().unwrap());
    std::iter::once(wallet()).chain(others)
}

fn environments() -> impl Iterator<Item = EnvironmentId> {
    ENVIRONMENTS.iter().map(|name| name.parse().unwrap())
}

/// The pipeline of that number: wallet's come first.
fn name(number: u32) -> String {
    let (app, place) = (number / 3, number % 3);
    let app = apps().nth(usize::try_from(app).unwrap()).unwrap();
    format!("{app}-{}", ENVIRONMENTS[usize::try_from(place).unwrap()])
}

fn feed(app: &AppId, environment: EnvironmentId) -> Feed {
    Feed {
        source: "codepipeline".to_owned(),
        pipeline: format!("{app}-{environment}"),
        account: None,
        region: None,
        app: app.clone(),
        environment,
    }
}

//! Whatever order deliveries come in, however often, and wherever one breaks off: the same rows in the end.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::BTreeMap;

use domain::{
    event::Event,
    page::Limit,
    run::{Run, Step},
    view::RunSummary,
};
use proptest::{collection::vec, prelude::*};
use store::{Table, table::RunList};
use support::{Bench, app, environment, noon};
use testkit::{
    history::{Known, deliveries},
    records::pipeline,
};
use tokio::runtime::Runtime;

/// Where a delivery breaks off.
#[derive(Clone, Copy, Debug)]
enum Crash {
    None,
    AfterEvent,
    AfterStep,
    AfterRun,
}

fn crash() -> impl Strategy<Value = Crash> {
    prop_oneof![
        5 => Just(Crash::None),
        1 => Just(Crash::AfterEvent),
        1 => Just(Crash::AfterStep),
        1 => Just(Crash::AfterRun),
    ]
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 24,
        // A failing case takes seconds: a few smaller ones tell enough.
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// All that the table tells of one pipeline.
#[derive(Debug, PartialEq)]
struct Told {
    known: Known,
    listed: Vec<RunSummary>,
    failed: Vec<RunSummary>,
}

/// Delivers an event as far as `crash` lets it come.
async fn deliver(table: &Table, event: &Event, crash: Crash) {
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let feed = Some((&wallet, &dev));
    if matches!(crash, Crash::None) {
        table
            .events()
            .record(event, None, feed, noon(0))
            .await
            .unwrap();
        return;
    }
    table
        .events()
        .put(domain::known::Known::Proven, event, None, noon(0))
        .await
        .unwrap();
    match (crash, Step::seed(event)) {
        (Crash::AfterStep, Some(step)) => {
            table
                .runs()
                .join_step(&event.run, step, domain::known::Known::Proven)
                .await
                .unwrap();
        }
        (Crash::AfterRun, _) => {
            table
                .runs()
                .join(Run::seed(event), domain::known::Known::Proven, feed)
                .await
                .unwrap();
        }
        _ => {}
    }
}

async fn told(table: &Table, events: &[Event]) -> Told {
    let mut known = Known::default();
    let ids: BTreeMap<_, _> = events
        .iter()
        .map(|event| (event.run.to_string(), &event.run))
        .collect();
    for (name, id) in ids {
        let record = table.runs().get(id).await.unwrap().unwrap();
        known.runs.insert(name.clone(), record.run);
        for step in record.steps {
            known
                .steps
                .insert((name.clone(), step.id.to_string()), step);
        }
    }
    let overview = table.runs().overview().await.unwrap();
    known.recent = overview
        .recent
        .into_iter()
        .flat_map(|recent| recent.runs)
        .collect();
    Told {
        known,
        listed: listed(table, false).await,
        failed: listed(table, true).await,
    }
}

async fn listed(table: &Table, failed: bool) -> Vec<RunSummary> {
    let wallet = app("wallet");
    let list = RunList {
        app: Some(&wallet),
        failed,
    };
    let all: Limit = 100.try_into().unwrap();
    table.runs().list(list, all, None).await.unwrap().items
}

/// What is to be told in the end.
fn expected(events: &[Event]) -> Told {
    let known = Known::folded(events);
    let mut runs: Vec<&Run> = known
        .runs
        .values()
        .filter(|run| run.parent.is_none())
        .collect();
    runs.sort_by_key(|run| std::cmp::Reverse((run.started_at, &run.id)));
    let listed: Vec<RunSummary> = runs
        .into_iter()
        .map(|run| RunSummary {
            run: run.brief(),
            pipeline: pipeline("wallet-dev"),
            environment: Some(environment("dev")),
            message: run
                .revision
                .as_ref()
                .and_then(|revision| revision.value.message.clone()),
        })
        .collect();
    let failed = listed
        .iter()
        .filter(|run| run.run.status.is_failure())
        .cloned()
        .collect();
    Told {
        known,
        listed,
        failed,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn one_after_another((events, delivered) in deliveries(4), crashes in vec(crash(), 1..20)) {
        Runtime::new().unwrap().block_on(async {
            let bench = Bench::new().await;
            let mut broken = Vec::new();
            for (event, crash) in delivered.iter().zip(crashes.iter().cycle()) {
                deliver(&bench.table, event, *crash).await;
                if !matches!(crash, Crash::None) {
                    broken.push(event);
                }
            }
            for event in broken {
                // The queue delivers it again, and it is received at another time.
                let again = Event { received_at: noon(3600), ..event.clone() };
                deliver(&bench.table, &again, Crash::None).await;
            }
            prop_assert_eq!(told(&bench.table, &events).await, expected(&events));
            Ok(())
        })?;
    }

    #[test]
    fn eight_at_once((events, delivered) in deliveries(4), crashes in vec(crash(), 1..20)) {
        Runtime::new().unwrap().block_on(async {
            let bench = Bench::new().await;
            let mut lanes: Vec<Vec<(Event, Crash)>> = vec![Vec::new(); 8];
            for (number, (event, crash)) in delivered.iter().zip(crashes.iter().cycle()).enumerate() {
                lanes[number % 8].push((event.clone(), *crash));
            }
            let lanes = lanes.into_iter().map(|lane| {
                let table = bench.table.clone();
                tokio::spawn(async move {
                    let mut broken = Vec::new();
                    for (event, crash) in lane {
                        deliver(&table, &event, crash).await;
                        if !matches!(crash, Crash::None) {
                            broken.push(event);
                        }
                    }
                    for event in broken {
                        deliver(&table, &event, Crash::None).await;
                    }
                })
            });
            for lane in lanes.collect::<Vec<_>>() {
                lane.await.unwrap();
            }
            prop_assert_eq!(told(&bench.table, &events).await, expected(&events));
            Ok(())
        })?;
    }
}

//! Runs are joined from their events, by however many at once, and are listed while they are what the list says.

use domain::{
    event::{Event, Facts, Revision},
    known::Known,
    page::Limit,
    run::{RecentRuns, Run, Step},
    status::Status,
};
use store::{
    Table,
    table::{FeedRef, RunList},
};

use crate::support::{Bench, app, environment, event, noon, pipeline, run_id, step_event};

async fn record(table: &Table, event: &Event, feed: FeedRef<'_>) {
    table
        .events()
        .record(event, None, feed, noon(0))
        .await
        .unwrap();
}

async fn listed(table: &Table, list: RunList<'_>) -> Vec<String> {
    let page = table
        .runs()
        .list(list, Limit::default(), None)
        .await
        .unwrap();
    let name = |id: &str| id.rsplit('/').next().unwrap().to_owned();
    page.items
        .iter()
        .map(|run| name(run.run.id.as_str()))
        .collect()
}

#[tokio::test]
async fn a_run_is_told_with_its_steps() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let feed = Some((&wallet, &dev));
    let mut source = step_event("a", "Source/Git", Status::Succeeded, 5);
    source.facts.revision = Some(Revision {
        commit: "0123456789abcdef".to_owned(),
        message: Some("Open the gate".to_owned()),
        branch: None,
        repository: None,
        url: None,
    });
    for event in [
        &event("a", Status::Running, 0),
        &step_event("a", "Source", Status::Running, 1),
        &source,
        &step_event("a", "Build/Apk", Status::Running, 6),
    ] {
        record(&bench.table, event, feed).await;
    }
    let record = bench.table.runs().get(&run_id("a")).await.unwrap().unwrap();
    assert_eq!(record.run.status, Status::Running);
    assert_eq!(record.run.started_at, noon(0));
    assert_eq!(record.app, Some(wallet.clone()));
    assert_eq!(record.environment, Some(dev.clone()));
    let steps: Vec<(&str, Status)> = record
        .steps
        .iter()
        .map(|step| (step.id.as_str(), step.status))
        .collect();
    assert_eq!(
        steps,
        [
            ("Build/Apk", Status::Running),
            ("Source", Status::Running),
            ("Source/Git", Status::Succeeded),
        ]
    );

    let list = RunList {
        app: Some(&wallet),
        failed: false,
    };
    let page = bench
        .table
        .runs()
        .list(list, Limit::default(), None)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].run, record.run.brief());
    assert_eq!(page.items[0].environment, Some(dev));
    assert_eq!(page.items[0].message.as_deref(), Some("Open the gate"));
    assert_eq!(page.items[0].run.commit.as_deref(), Some("01234567"));
    let recent = bench.table.runs().overview().await.unwrap().recent;
    assert_eq!(recent[0].runs, [record.run.brief()]);
}

#[tokio::test]
async fn a_run_that_was_only_heard_of_through_a_step_exists() {
    let bench = Bench::new().await;
    record(
        &bench.table,
        &step_event("a", "Build/Apk", Status::Failed, 5),
        None,
    )
    .await;
    let record = bench.table.runs().get(&run_id("a")).await.unwrap().unwrap();
    assert_eq!(record.run.status, Status::Unknown);
    assert_eq!(
        listed(
            &bench.table,
            RunList {
                app: None,
                failed: false
            }
        )
        .await,
        ["a"]
    );
    assert_eq!(bench.table.runs().overview().await.unwrap().recent, []);
}

#[tokio::test]
async fn thirty_two_writers_of_one_run_lose_nothing() {
    let bench = Bench::new().await;
    let writers = (0..32).map(|number: u32| {
        let table = bench.table.clone();
        tokio::spawn(async move {
            let mut event = event("a", Status::Running, i64::from(number));
            event.attempt = number + 1;
            table
                .runs()
                .join(Run::seed(&event), Known::Proven, None)
                .await
                .unwrap();
            let mut step = step_event("a", "Build/Apk", Status::Running, i64::from(number));
            step.attempt = number / 8 + 1;
            table
                .runs()
                .join_step(&run_id("a"), Step::seed(&step).unwrap(), Known::Proven)
                .await
                .unwrap();
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let record = bench.table.runs().get(&run_id("a")).await.unwrap().unwrap();
    assert_eq!(record.run.attempt, 32);
    assert_eq!(record.run.updated_at, noon(31));
    assert_eq!(record.run.started_at, noon(0));
    assert_eq!(record.steps[0].attempt, 4);
    assert_eq!(record.steps[0].started_at, noon(24));
    assert_eq!(record.steps[0].updated_at, noon(31));
}

#[tokio::test]
async fn thirty_two_deliveries_at_once_agree_everywhere() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    let deliveries = (0..32).map(|number: i64| {
        let table = bench.table.clone();
        tokio::spawn(async move {
            let (wallet, dev) = (app("wallet"), environment("dev"));
            let status = match number % 4 {
                0 => Status::Failed,
                1 => Status::Running,
                2 => Status::Stopping,
                _ => Status::Canceled,
            };
            let mut event = event(&format!("run-{}", number % 2), status, number);
            event.attempt = u32::try_from(number / 8).unwrap() + 1;
            record(&table, &event, Some((&wallet, &dev))).await;
        })
    });
    for delivery in deliveries.collect::<Vec<_>>() {
        delivery.await.unwrap();
    }
    // The last of run 0 was number 30 (stopping), that of run 1 number 31 (canceled): neither failed in the end.
    let mut runs = Vec::new();
    for run in ["run-1", "run-0"] {
        runs.push(
            bench
                .table
                .runs()
                .get(&run_id(run))
                .await
                .unwrap()
                .unwrap()
                .run
                .brief(),
        );
    }
    assert_eq!(runs[0].status, Status::Canceled);
    assert_eq!(runs[1].status, Status::Stopping);
    assert_eq!(
        bench.table.runs().overview().await.unwrap().recent[0].runs,
        runs
    );
    assert_eq!(
        listed(
            &bench.table,
            RunList {
                app: Some(&wallet),
                failed: true
            }
        )
        .await,
        Vec::<String>::new()
    );
    assert_eq!(
        listed(
            &bench.table,
            RunList {
                app: Some(&wallet),
                failed: false
            }
        )
        .await,
        ["run-1", "run-0"]
    );
}

#[tokio::test]
async fn a_failed_run_is_listed_until_it_is_retried() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    let dev = environment("dev");
    let feed = Some((&wallet, &dev));
    let failures = RunList {
        app: Some(&wallet),
        failed: true,
    };
    for event in [
        event("a", Status::Running, 0),
        event("b", Status::Running, 10),
        event("b", Status::Succeeded, 20),
        event("a", Status::Failed, 30),
        event("c", Status::Error, 40),
    ] {
        record(&bench.table, &event, feed).await;
    }
    assert_eq!(listed(&bench.table, failures).await, ["c", "a"]);
    let page = bench
        .table
        .runs()
        .list(failures, Limit::default(), None)
        .await
        .unwrap();
    assert_eq!(
        page.items[1].run,
        bench
            .table
            .runs()
            .get(&run_id("a"))
            .await
            .unwrap()
            .unwrap()
            .run
            .brief()
    );

    let mut retried = event("a", Status::Running, 50);
    retried.attempt = 2;
    record(&bench.table, &retried, feed).await;
    assert_eq!(listed(&bench.table, failures).await, ["c"]);
    // A late word of the first try does not bring it back.
    record(&bench.table, &event("a", Status::Failed, 60), feed).await;
    assert_eq!(listed(&bench.table, failures).await, ["c"]);
    let all = RunList {
        app: Some(&wallet),
        failed: false,
    };
    assert_eq!(listed(&bench.table, all).await, ["c", "b", "a"]);
}

#[tokio::test]
async fn a_run_that_works_for_another_is_not_listed() {
    let bench = Bench::new().await;
    let mut child = event("a", Status::Failed, 0);
    child.facts = Facts {
        parent: Some("codepipeline/wallet-dev".to_owned()),
        ..Facts::default()
    };
    record(&bench.table, &child, None).await;
    assert!(
        bench
            .table
            .runs()
            .get(&run_id("a"))
            .await
            .unwrap()
            .is_some()
    );
    for failed in [false, true] {
        assert!(
            listed(&bench.table, RunList { app: None, failed })
                .await
                .is_empty()
        );
    }
    assert_eq!(bench.table.runs().overview().await.unwrap().recent, []);
}

#[tokio::test]
async fn a_pipeline_that_is_claimed_later_moves_its_run_with_the_next_event() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    let dev = environment("dev");
    record(&bench.table, &event("a", Status::Failed, 0), None).await;
    assert_eq!(
        listed(
            &bench.table,
            RunList {
                app: None,
                failed: true
            }
        )
        .await,
        ["a"]
    );
    let mut retried = event("a", Status::Failed, 10);
    retried.attempt = 2;
    record(&bench.table, &retried, Some((&wallet, &dev))).await;
    for failed in [false, true] {
        assert!(
            listed(&bench.table, RunList { app: None, failed })
                .await
                .is_empty()
        );
        assert_eq!(
            listed(
                &bench.table,
                RunList {
                    app: Some(&wallet),
                    failed
                }
            )
            .await,
            ["a"]
        );
    }
}

#[tokio::test]
async fn nothing_is_written_when_nothing_is_new() {
    let bench = Bench::new().await;
    let meter = std::sync::Arc::default();
    let table = bench.table.with_meter(std::sync::Arc::clone(&meter));
    let event = event("a", Status::Failed, 0);
    record(&table, &event, None).await;
    assert!(meter.reset().write_units > 0.0);
    Box::pin(table.events().project(&event, Known::Proven, None))
        .await
        .unwrap();
    assert!(meter.read().requests > 0);
    assert!(
        meter.read().write_units.abs() < f64::EPSILON,
        "{:?}",
        meter.read()
    );
}

#[tokio::test]
async fn the_overview_keeps_the_newest_runs_of_each_pipeline() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    for number in 0..6 {
        record(
            &bench.table,
            &event(&format!("run-{number}"), Status::Succeeded, number),
            Some((&wallet, &dev)),
        )
        .await;
        let mut other = event(&format!("other-{number}"), Status::Failed, number);
        other.pipeline = pipeline("nobodys");
        record(&bench.table, &other, None).await;
    }
    let overview = bench.table.runs().overview().await.unwrap();
    let unassigned = bench
        .table
        .runs()
        .unassigned(Limit::default(), None, noon(6));
    let unassigned = unassigned.await.unwrap().items;
    let names = |recent: &RecentRuns| -> Vec<String> {
        recent
            .runs
            .iter()
            .map(|run| run.id.as_str().rsplit('/').next().unwrap().to_owned())
            .collect()
    };
    let [claimed] = &overview.recent[..] else {
        panic!("{overview:?}");
    };
    assert_eq!(claimed.pipeline.name, "wallet-dev");
    assert_eq!(names(claimed), ["run-5", "run-4", "run-3"]);
    assert_eq!(claimed.app, Some(wallet));
    let [other] = &unassigned[..] else {
        panic!("{unassigned:?}");
    };
    assert_eq!(other.pipeline.name, "nobodys");
    assert_eq!(names(other), ["other-5", "other-4", "other-3"]);
    assert_eq!(other.app, None);
}

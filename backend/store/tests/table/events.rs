//! An event is kept once, as it was heard of first.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    event::{Event, Revision},
    known::Known,
    page::Limit,
    status::Status,
};
use store::{
    Error,
    table::{Raw, Recorded},
};

use crate::support::{Bench, event, noon, run_id, step_event};

#[tokio::test]
async fn an_event_is_new_once() {
    let bench = Bench::new().await;
    let first = event("a", Status::Running, 0);
    let again = Event {
        received_at: noon(60),
        ..first.clone()
    };
    let put = |event: Event| {
        let table = bench.table.clone();
        async move {
            table
                .events()
                .put(Known::Proven, &event, Some(Raw::Inline("{}")), noon(0))
                .await
                .unwrap()
        }
    };
    assert_eq!(put(first.clone()).await, Recorded::New);
    // What was stored first counts, not what comes later.
    assert_eq!(
        put(again).await,
        Recorded::Duplicate {
            event: Box::new(first),
            known: Known::Proven
        }
    );
}

#[tokio::test]
async fn of_many_deliveries_at_once_one_is_new() {
    let bench = Bench::new().await;
    let deliveries = (0..16).map(|_| {
        let table = bench.table.clone();
        tokio::spawn(async move {
            let event = event("a", Status::Running, 0);
            table
                .events()
                .record(&event, None, None, noon(0))
                .await
                .unwrap()
        })
    });
    let mut new = 0;
    for delivery in deliveries.collect::<Vec<_>>() {
        new += usize::from(delivery.await.unwrap() == Recorded::New);
    }
    assert_eq!(new, 1);
}

#[tokio::test]
async fn an_event_expires_after_400_days_and_names_its_payload() {
    let bench = Bench::new().await;
    let short = event("a", Status::Running, 0);
    let long = event("b", Status::Running, 0);
    let table = &bench.table;
    table
        .events()
        .put(
            Known::Proven,
            &short,
            Some(Raw::Inline(r#"{"a":1}"#)),
            noon(0),
        )
        .await
        .unwrap();
    table
        .events()
        .put(
            Known::Proven,
            &long,
            Some(Raw::Object("events/b.json")),
            noon(0),
        )
        .await
        .unwrap();
    let short = stored(&bench, &short).await;
    let long = stored(&bench, &long).await;
    let day = 24 * 3600;
    let expiry = (noon(0).as_second() + 400 * day).to_string();
    assert_eq!(short["ttl"], AttributeValue::N(expiry));
    assert_eq!(unpacked(&short["raw"]), r#"{"a":1}"#);
    assert_eq!(
        long["raw_object"],
        AttributeValue::S("events/b.json".to_owned())
    );
    assert!(!long.contains_key("raw"));
}

#[tokio::test]
async fn the_table_deletes_what_is_expired() {
    let bench = Bench::new().await;
    let answer = bench
        .raw()
        .await
        .describe_time_to_live()
        .table_name(&bench.table.name)
        .send()
        .await
        .unwrap();
    let expiry = answer.time_to_live_description.unwrap();
    assert_eq!(expiry.attribute_name.as_deref(), Some("ttl"));
    assert_eq!(expiry.time_to_live_status.unwrap().as_str(), "ENABLED");
    // Making it again is no error and changes nothing.
    store::table::schema::create(&bench.table).await.unwrap();
}

#[tokio::test]
async fn a_long_payload_belongs_into_an_object() {
    let bench = Bench::new().await;
    let event = event("a", Status::Running, 0);
    let payload = "x".repeat(Raw::INLINE_LIMIT + 1);
    let refused = bench
        .table
        .events()
        .put(Known::Proven, &event, Some(Raw::Inline(&payload)), noon(0))
        .await;
    assert!(
        matches!(
            refused,
            Err(Error::TooLarge {
                size: 4097,
                limit: 4096,
                ..
            })
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_event_beyond_400_kb_is_refused_before_dynamodb_does() {
    let bench = Bench::new().await;
    let mut event = event("a", Status::Running, 0);
    event.raw_status = "x".repeat(410_000);
    let refused = bench
        .table
        .events()
        .record(&event, None, None, noon(0))
        .await;
    assert!(
        matches!(refused, Err(Error::TooLarge { limit: 409_600, .. })),
        "{refused:?}"
    );
    assert_eq!(bench.table.runs().get(&event.run).await.unwrap(), None);
}

#[tokio::test]
async fn a_delivery_that_broke_off_is_healed_by_the_next() {
    let bench = Bench::new().await;
    let run = event("a", Status::Running, 0);
    let step = step_event("a", "Build/Apk", Status::Failed, 5);
    for event in [&run, &step] {
        assert_eq!(
            bench
                .table
                .events()
                .put(Known::Proven, event, None, noon(0))
                .await
                .unwrap(),
            Recorded::New
        );
    }
    assert_eq!(bench.table.runs().get(&run.run).await.unwrap(), None);
    for event in [&run, &step] {
        let recorded = bench
            .table
            .events()
            .record(event, None, None, noon(60))
            .await
            .unwrap();
        assert!(matches!(recorded, Recorded::Duplicate { .. }));
    }
    let record = bench.table.runs().get(&run.run).await.unwrap().unwrap();
    assert_eq!(record.run.status, Status::Running);
    assert_eq!(record.steps[0].status, Status::Failed);
    let unassigned = bench
        .table
        .runs()
        .unassigned(Limit::default(), None, noon(60));
    assert_eq!(unassigned.await.unwrap().items[0].runs.len(), 1);
}

async fn stored(bench: &Bench, event: &Event) -> std::collections::HashMap<String, AttributeValue> {
    let answer = bench
        .raw()
        .await
        .get_item()
        .table_name(&bench.table.name)
        .key("pk", AttributeValue::S(format!("EVENT#{}", event.id)))
        .key("sk", AttributeValue::S("EVENT".to_owned()))
        .send()
        .await
        .unwrap();
    answer.item.unwrap()
}

fn unpacked(raw: &AttributeValue) -> String {
    let bytes = raw.as_b().unwrap().as_ref();
    std::io::read_to_string(flate2::read::ZlibDecoder::new(bytes)).unwrap()
}

/// The same moment of the run `a`, told under another status.
fn told(status: Status) -> Event {
    let mut event = event("a", status, 0);
    event.id = "codepipeline:the-same".parse().unwrap();
    event
}

#[tokio::test]
async fn what_a_platform_proves_takes_the_place_of_what_was_claimed_of_it_before() {
    let bench = Bench::new().await;
    let (claimed, proven) = (told(Status::Succeeded), told(Status::Failed));
    for (known, event) in [
        (Known::Claimed, &claimed),
        (Known::Proven, &proven),
        (Known::Claimed, &claimed),
    ] {
        let recorded = bench
            .table
            .events()
            .record_as(known, event, None, None, noon(0));
        Box::pin(recorded).await.unwrap();
    }
    let run = bench.table.runs().get(&run_id("a")).await.unwrap().unwrap();
    assert_eq!((run.run.status, run.known), (Status::Failed, Known::Proven));
}

#[tokio::test]
async fn claims_of_a_proven_run_or_step_change_nothing_whatever_clock_they_name() {
    let bench = Bench::new().await;
    let proven = [
        event("a", Status::Failed, 0),
        step_event("a", "Test/e2e", Status::Failed, 0),
    ];
    let claimed = [
        event("a", Status::Succeeded, 3600),
        step_event("a", "Test/e2e", Status::Succeeded, 3600),
        step_event("a", "Test/more", Status::Succeeded, 3600),
    ];
    for (known, events) in [(Known::Proven, &proven[..]), (Known::Claimed, &claimed)] {
        for event in events {
            let recorded = bench
                .table
                .events()
                .record_as(known, event, None, None, noon(0));
            Box::pin(recorded).await.unwrap();
        }
    }
    let record = bench.table.runs().get(&run_id("a")).await.unwrap().unwrap();
    assert_eq!(record.run.status, Status::Failed);
    let steps: Vec<_> = record
        .steps
        .iter()
        .map(|step| {
            let proven = record.proven_steps.contains(&step.id);
            (step.id.as_str(), step.status, proven)
        })
        .collect();
    let expected = [
        ("Test/e2e", Status::Failed, true),
        ("Test/more", Status::Succeeded, false),
    ];
    assert_eq!(steps, expected);
}

#[tokio::test]
async fn a_commit_finds_the_runs_that_are_proven_to_have_run_on_it_however_many_came_since() {
    let bench = Bench::new().await;
    let on = |run: &str, commit: &str| {
        let mut event = event(run, Status::Succeeded, 0);
        event.facts.revision = Some(Revision {
            commit: commit.to_owned(),
            message: None,
            branch: None,
            repository: None,
            url: None,
        });
        event
    };
    for (known, run, commit) in [
        (Known::Proven, "mine", "aaaa"),
        (Known::Claimed, "forged", "aaaa"),
        (Known::Proven, "other", "bbbb"),
    ] {
        let event = on(run, commit);
        let recorded = bench
            .table
            .events()
            .record_as(known, &event, None, None, noon(0));
        Box::pin(recorded).await.unwrap();
    }
    let found = bench.table.runs().of_commit("aaaa").await.unwrap();
    let found: Vec<_> = found.into_iter().map(|run| run.run).collect();
    assert_eq!(found, [run_id("mine")]);
    assert_eq!(bench.table.runs().of_commit("cccc").await.unwrap(), []);
}

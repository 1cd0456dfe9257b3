//! What sources report becomes runs, in whatever order and however often it comes.

use domain::{
    Timestamp,
    digest::Digest,
    page::Limit,
    status::Status,
    view::{Overview, RunView},
};
use jiff::SignedDuration;
use portal::{Error, Portal, views::Which};
use serde_json::{Value, json};
use testkit::{
    ACCOUNT, REGION, TestPortal,
    apk::apk,
    at, job, me, wallet,
    zip::{stored, zip},
};

fn event(id: u32, detail_type: &str, time: &str, mut detail: Value, pipeline: &str) -> Vec<u8> {
    detail["pipeline"] = pipeline.into();
    detail["execution-id"] = "e-1".into();
    detail["pipeline-execution-attempt"] = 1.0.into();
    let event = json!({
        "version": "0", "id": format!("event-{id}"), "source": "aws.codepipeline", "account": ACCOUNT,
        "region": REGION, "resources": [], "time": format!("2026-11-21T{time}Z"),
        "detail-type": format!("CodePipeline {detail_type} Execution State Change"), "detail": detail,
    });
    event.to_string().into_bytes()
}

/// One run of a pipeline, from its start to the failure of its build.
fn failing_run(pipeline: &str) -> Vec<Vec<u8>> {
    let source = json!({"stage": "Source", "action": "Checkout", "state": "SUCCEEDED",
        "type": {"category": "Source", "provider": "CodeStarSourceConnection", "owner": "AWS", "version": "1"},
        "execution-result": {"external-execution-id": "0a1b2c3d4e5f", "external-execution-summary": "Open the lock"}});
    let build = json!({"stage": "Build", "action": "Flutter", "state": "FAILED",
        "type": {"category": "Build", "provider": "CodeBuild", "owner": "AWS", "version": "1"},
        "execution-result": {"external-execution-id": "wallet:7d6c0b", "external-execution-summary": "Tests failed",
            "error-code": "JobFailed"}});
    [
        ("Pipeline", "03:00:00", json!({"state": "STARTED"})),
        (
            "Stage",
            "03:00:01",
            json!({"state": "STARTED", "stage": "Source"}),
        ),
        ("Action", "03:00:05", source),
        (
            "Stage",
            "03:00:06",
            json!({"state": "SUCCEEDED", "stage": "Source"}),
        ),
        (
            "Stage",
            "03:00:07",
            json!({"state": "STARTED", "stage": "Build"}),
        ),
        ("Action", "03:02:00", build),
        (
            "Stage",
            "03:02:01",
            json!({"state": "FAILED", "stage": "Build"}),
        ),
        ("Pipeline", "03:02:02", json!({"state": "FAILED"})),
    ]
    .into_iter()
    .zip(1..)
    .map(|((kind, time, detail), id)| event(id, kind, time, detail, pipeline))
    .collect()
}

async fn seen(world: &TestPortal) -> (RunView, Overview) {
    let id = format!("codepipeline/{ACCOUNT}/{REGION}/wallet-dev/e-1");
    let now = at("04:00:00");
    let run = world
        .portal
        .runs()
        .show(&me(), &id.parse().unwrap(), now)
        .await;
    let overview = world
        .portal
        .runs()
        .overview(&me(), Limit::APPS, None, now)
        .await;
    (run.unwrap(), overview.unwrap())
}

#[tokio::test]
async fn a_failing_run_is_seen_with_its_steps_and_found_from_the_overview() {
    let world = TestPortal::with_jobs().await;
    for body in failing_run("wallet-dev") {
        let received = world
            .portal
            .events()
            .receive(&me(), &body, at("03:05:00"))
            .await
            .unwrap();
        assert_eq!((received.events.len(), received.duplicates), (1, 0));
    }
    let (run, overview) = seen(&world).await;
    assert_eq!(run.run.status, Status::Failed);
    assert_eq!(run.app.unwrap().id, wallet());
    let steps: Vec<&str> = run.steps.iter().map(|it| it.step.id.as_str()).collect();
    assert_eq!(
        steps,
        ["Source", "Source/Checkout", "Build", "Build/Flutter"]
    );
    assert_eq!(run.run.revision.unwrap().value.commit, "0a1b2c3d4e5f");
    let carried_out = run.steps[3].carried_out_by.as_ref().unwrap();
    assert_eq!(
        carried_out.as_str(),
        format!("codebuild/{ACCOUNT}/{REGION}/wallet/7d6c0b")
    );
    let cell = &overview.apps[0].cells[0];
    assert_eq!(cell.pipelines[0].runs[0].status, Status::Failed);
    let failed = world
        .portal
        .runs()
        .list(&me(), &wallet(), Which::Failed, Limit::default(), None)
        .await
        .unwrap();
    assert_eq!(failed.items.len(), 1);
}

#[tokio::test]
async fn a_build_has_the_revision_of_its_run() {
    let world = TestPortal::with_jobs().await;
    for body in failing_run("wallet-dev") {
        let received = world
            .portal
            .events()
            .receive(&me(), &body, at("03:05:00"))
            .await;
        received.unwrap();
    }
    world
        .services
        .put_artifact("a/b/c", zip(&[stored("app.apk", &apk(b"bytes"))]))
        .await;
    let parameters =
        json!({"do": "register", "app": "wallet", "pipeline": "wallet-dev", "execution": "e-1"});
    let build = world
        .registers(job("job-1", "a/b/c", &parameters), at("03:06:00"))
        .await;
    let revision = build.revision.unwrap();
    assert_eq!(revision.commit, "0a1b2c3d4e5f");
    assert_eq!(revision.message.as_deref(), Some("Open the lock"));
}

#[tokio::test]
async fn any_order_and_any_repeats_end_in_the_same_state() {
    let events = failing_run("wallet-dev");
    let in_order = TestPortal::with_jobs().await;
    for body in &events {
        in_order
            .portal
            .events()
            .receive(&me(), body, at("03:05:00"))
            .await
            .unwrap();
    }
    let expected = seen(&in_order).await;
    let orders: [&[usize]; 4] = [
        &[7, 6, 5, 4, 3, 2, 1, 0],
        &[5, 7, 0, 2, 2, 6, 4, 1, 3, 5, 0],
        &[3, 3, 1, 0, 7, 2, 6, 4, 5, 7],
        &[2, 0, 7, 7, 4, 6, 5, 3, 1],
    ];
    for order in orders {
        let world = TestPortal::with_jobs().await;
        for (place, number) in order.iter().enumerate() {
            // A repeat arrives later than the first delivery, which must not matter.
            let now = at(&format!("03:{:02}:00", 5 + place));
            let received = world
                .portal
                .events()
                .receive(&me(), &events[*number], now)
                .await
                .unwrap();
            let repeat = order[..place].contains(number);
            assert_eq!(received.duplicates, usize::from(repeat));
        }
        assert_eq!(seen(&world).await, expected, "{order:?}");
    }
}

#[tokio::test]
async fn all_at_once_ends_in_the_same_state() {
    let events = failing_run("wallet-dev");
    let in_order = TestPortal::with_jobs().await;
    for body in &events {
        in_order
            .portal
            .events()
            .receive(&me(), body, at("03:05:00"))
            .await
            .unwrap();
    }
    let world = TestPortal::with_jobs().await;
    let (actor, now) = (me(), at("03:05:00"));
    let twice = events.iter().chain(&events);
    let deliveries = twice.map(|body| world.portal.events().receive(&actor, body, now));
    for received in futures::future::join_all(deliveries).await {
        received.unwrap();
    }
    assert_eq!(seen(&world).await, seen(&in_order).await);
}

#[tokio::test]
async fn a_pipeline_that_no_app_claims_is_kept_as_unassigned() {
    let world = TestPortal::with_jobs().await;
    for body in failing_run("somebody-elses") {
        world
            .portal
            .events()
            .receive(&me(), &body, at("03:05:00"))
            .await
            .unwrap();
    }
    let overview = world
        .portal
        .runs()
        .overview(&me(), Limit::APPS, None, at("03:06:00"))
        .await
        .unwrap();
    assert_eq!(overview.unassigned[0].pipeline.name, "somebody-elses");
    let runs = world
        .portal
        .runs()
        .unassigned(&me(), Which::All, Limit::default(), None)
        .await
        .unwrap();
    assert_eq!(runs.items[0].pipeline.name, "somebody-elses");
}

/// That a run of a pipeline began.
fn started(number: u32, pipeline: &str) -> Vec<u8> {
    event(
        number,
        "Pipeline",
        "03:00:00",
        json!({"state": "STARTED"}),
        pipeline,
    )
}

/// The pipelines that no app claims.
async fn unassigned(portal: &Portal, now: Timestamp) -> Vec<String> {
    let (mut names, mut cursor, me) = (Vec::new(), None, me());
    let limit = Limit::try_from(7).unwrap();
    loop {
        let page = portal
            .runs()
            .unassigned_pipelines(&me, limit, cursor.as_ref(), now);
        let page = page.await.unwrap();
        names.extend(page.items.into_iter().map(|recent| recent.pipeline.name));
        cursor = page.next;
        if cursor.is_none() {
            return names;
        }
    }
}

#[tokio::test]
async fn the_overview_reads_as_much_whatever_nobody_claims() {
    let world = TestPortal::with_jobs().await;
    let (now, events) = (at("03:06:00"), world.portal.events());
    let receive = async |number: u32| {
        let body = started(number, &format!("branch-{number:02}"));
        events.receive(&me(), &body, at("03:05:00")).await.unwrap();
    };
    let overview = async || {
        world.meter.reset();
        let overview = world
            .portal
            .runs()
            .overview(&me(), Limit::APPS, None, now)
            .await
            .unwrap();
        (overview, world.meter.reset())
    };
    for number in 0..30 {
        receive(number).await;
    }
    let (few, cost) = overview().await;
    assert_eq!((few.unassigned.len(), few.more_unassigned), (20, true));
    assert_eq!(few.unassigned[19].pipeline.name, "branch-19");
    for number in 30..60 {
        receive(number).await;
    }
    let (many, later) = overview().await;
    assert_eq!(few.unassigned, many.unassigned);
    assert_eq!(
        (cost.read_units, cost.requests),
        (later.read_units, later.requests)
    );
    let names: Vec<String> = (0..60)
        .map(|number| format!("branch-{number:02}"))
        .collect();
    assert_eq!(unassigned(&world.portal, now).await, names);
    let later = at("03:00:00") + SignedDuration::from_hours(30 * 24);
    let just_before = later - SignedDuration::from_secs(1);
    assert_eq!(unassigned(&world.portal, just_before).await.len(), 60);
    assert_eq!(unassigned(&world.portal, later).await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_pipeline_moves_with_the_configuration() {
    let world = TestPortal::with_jobs().await;
    let now = at("03:06:00");
    for (number, name) in (0..).zip(["wallet-dev", "nobodys"]) {
        let body = started(number, name);
        let received = world.portal.events();
        received
            .receive(&me(), &body, at("03:05:00"))
            .await
            .unwrap();
    }
    let recent = async |portal: &Portal| {
        let overview = portal
            .runs()
            .overview(&me(), Limit::APPS, None, now)
            .await
            .unwrap();
        let cells = overview.apps.into_iter().flat_map(|row| row.cells);
        let recent = cells.flat_map(|cell| cell.pipelines);
        recent
            .map(|recent| recent.pipeline.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(recent(&world.portal).await, ["wallet-dev"]);
    assert_eq!(unassigned(&world.portal, now).await, ["nobodys"]);
    // The one is claimed no more, the other is now.
    let other = world.another(|parts| {
        parts
            .catalog
            .feeds
            .retain(|feed| feed.pipeline != "wallet-dev");
        let mut feed = parts.catalog.feeds[0].clone();
        feed.pipeline = "nobodys".to_owned();
        parts.catalog.feeds.push(feed);
        parts.config_digest = Some(Digest::of(b"another towpath.toml"));
    });
    assert_eq!(unassigned(&other, now).await, [] as [&str; 0]);
    assert!(other.audit().config_changed(now).await.unwrap());
    assert_eq!(unassigned(&other, now).await, ["wallet-dev"]);
    assert_eq!(recent(&other).await, [] as [&str; 0]);
    let body = started(7, "nobodys");
    let events = other.events();
    events.receive(&me(), &body, at("03:07:00")).await.unwrap();
    assert_eq!(recent(&other).await, ["nobodys"]);
    assert_eq!(unassigned(&other, now).await, ["wallet-dev"]);
    // Nobody claims it any more: what was heard of it meanwhile stays known.
    let ended = json!({"state": "SUCCEEDED"});
    let body = event(8, "Pipeline", "03:08:00", ended, "nobodys");
    events.receive(&me(), &body, at("03:09:00")).await.unwrap();
    let third = world.another(|parts| {
        parts.catalog.feeds.clear();
        parts.config_digest = Some(Digest::of(b"a third towpath.toml"));
    });
    assert!(third.audit().config_changed(now).await.unwrap());
    let all = Limit::default();
    let me = me();
    let page = third.runs().unassigned_pipelines(&me, all, None, now);
    let statuses = page.await.unwrap().items.into_iter().map(|recent| {
        let name = recent.pipeline.name;
        (name, recent.runs[0].status)
    });
    let statuses: Vec<_> = statuses.collect();
    let expected = [
        ("nobodys", Status::Succeeded),
        ("wallet-dev", Status::Running),
    ];
    assert_eq!(
        statuses,
        expected.map(|(name, status)| (name.to_owned(), status))
    );
}

#[tokio::test]
async fn a_long_payload_goes_to_an_object_without_its_secrets() {
    let world = TestPortal::with_jobs().await;
    let detail = json!({"state": "STARTED", "password": "hunter2", "noise": "x".repeat(10_000)});
    let body = event(1, "Pipeline", "03:00:00", detail, "wallet-dev");
    world
        .portal
        .events()
        .receive(&me(), &body, at("03:05:00"))
        .await
        .unwrap();
    let keys = world.keys().await;
    assert_eq!(keys.len(), 1, "{keys:?}");
    let kept = String::from_utf8(world.bytes(&keys[0]).await).unwrap();
    assert!(kept.contains("wallet-dev") && !kept.contains("hunter2"));

    let other = json!({"state": "FAILED", "noise": "y".repeat(10_000)});
    let other = event(1, "Pipeline", "03:00:00", other, "wallet-dev");
    let again = world
        .portal
        .events()
        .receive(&me(), &other, at("03:06:00"))
        .await;
    assert_eq!(again.unwrap().duplicates, 1);
    let still = String::from_utf8(world.bytes(&keys[0]).await).unwrap();
    assert_eq!(still, kept, "the event is the one that came first");
}

#[tokio::test]
async fn what_is_no_event_is_refused_with_a_reason_and_leaves_nothing() {
    let world = TestPortal::with_jobs().await;
    let huge = vec![b' '; 300 * 1024];
    let no_pipeline = br#"{"source":"aws.codepipeline","account":"1","region":"r","id":"i","time":"2026-11-21T03:00:00Z",
        "detail-type":"CodePipeline Pipeline Execution State Change","detail":{"execution-id":"e","state":"STARTED"}}"#;
    let cases: [(&[u8], &str, &str); 5] = [
        (b"not json", "", "not JSON"),
        (b"[]", "", "not a JSON object"),
        (
            b"{\"source\":\"aws.s3\",\"detail-type\":\"x\"}",
            "source",
            "no source",
        ),
        (no_pipeline, "detail.pipeline", "no `detail.pipeline`"),
        (&huge, "", "at the most"),
    ];
    for (body, expected_field, expected) in cases {
        match world
            .portal
            .events()
            .receive(&me(), body, at("03:05:00"))
            .await
        {
            Err(Error::Invalid { field, detail }) => {
                assert_eq!(field, expected_field, "{detail}");
                assert!(detail.contains(expected), "{detail}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(world.keys().await.is_empty());
}

#[tokio::test]
async fn clocks_that_are_wrong_by_centuries_do_not_freeze_a_run() {
    let world = TestPortal::with_jobs().await;
    let early = event(
        1,
        "Pipeline",
        "03:00:00",
        json!({"state": "STARTED"}),
        "wallet-dev",
    );
    let text = String::from_utf8(early).unwrap();
    let year_1015 = text
        .replace("2026-11-21T", "1015-11-21T")
        .replace("event-1", "event-0");
    let tomorrow = text
        .replace("2026-11-21T", "2026-12-24T")
        .replace("event-1", "event-2");
    for body in [&year_1015, &tomorrow, &text] {
        world
            .portal
            .events()
            .receive(&me(), body.as_bytes(), at("03:05:00"))
            .await
            .unwrap();
    }
    let ended = event(
        9,
        "Pipeline",
        "03:10:00",
        json!({"state": "SUCCEEDED"}),
        "wallet-dev",
    );
    world
        .portal
        .events()
        .receive(&me(), &ended, at("03:10:01"))
        .await
        .unwrap();
    let (run, _) = seen(&world).await;
    assert_eq!(run.run.status, Status::Succeeded);
}

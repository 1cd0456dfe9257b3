//! Releases without a promotion: what pushes and pipelines' jobs do.

use api::{
    holds::HoldRequest,
    uploads::{FileState, PromisedFile, UploadRequest},
};
use domain::{
    actor::Actor,
    audit::AuditAction,
    build::Build,
    digest::Digest,
    hold::Held,
    id::{EnvironmentId, RunId},
    known::Known,
    promotion::RefusalKind,
};
use portal::Error;
use serde_json::json;
use testkit::{TestPortal, ada, bob, dev, machine_time, path, preprod, prod, wallet};

fn request(bytes: &[u8], environment: Option<EnvironmentId>) -> UploadRequest {
    UploadRequest {
        files: vec![PromisedFile {
            name: "app.txt".parse().unwrap(),
            size: bytes.len() as u64,
            sha256: Digest::of(bytes),
        }],
        environment,
        run: None,
        attempt: None,
        version: None,
        revision: None,
    }
}

/// Puts the bytes where the plan says.
async fn put(files: &[api::uploads::FilePlan], bytes: &[u8]) {
    for file in files {
        if file.state != FileState::Done {
            testkit::put(&json!(file.state), bytes).await;
        }
    }
}

async fn pushes(
    test: &TestPortal,
    actor: &Actor,
    bytes: &[u8],
    request: UploadRequest,
) -> Result<Build, Error> {
    let now = machine_time();
    let app = wallet();
    let plan = test
        .portal
        .uploads()
        .start(actor, &app, request, now)
        .await?;
    put(&plan.files, bytes).await;
    let done = test.register(actor, &plan.id, now);
    Box::pin(done).await
}

fn refusals(pushed: Result<Build, Error>) -> Vec<RefusalKind> {
    match pushed {
        Err(Error::Declined { refusals }) => refusals.iter().map(|it| it.kind).collect(),
        other => panic!("{other:?}"),
    }
}

/// Every entry of the log that is about builds' coming in.
async fn entries(test: &TestPortal) -> Vec<AuditAction> {
    let month = domain::month::Month::of(machine_time());
    let found = test.store.table.audit().month(&month).await.unwrap();
    let actions = found
        .into_iter()
        .map(|found| found.entry.unwrap().note.action);
    actions
        .filter(|action| matches!(action, AuditAction::Registered | AuditAction::Released))
        .collect()
}

#[tokio::test]
async fn a_push_is_released_where_no_gate_can_be_missed_and_noted() {
    let test = TestPortal::on_path().await;
    let build = pushes(&test, &ada(), b"one", request(b"one", Some(dev())))
        .await
        .unwrap();
    assert_eq!(test.current(&dev()).await, Some(build.number));
    assert_eq!(
        entries(&test).await,
        [AuditAction::Registered, AuditAction::Released]
    );
    pushes(&test, &ada(), b"two", request(b"two", None))
        .await
        .unwrap();
    assert_eq!(
        entries(&test).await,
        [
            AuditAction::Registered,
            AuditAction::Released,
            AuditAction::Registered
        ]
    );
}

#[tokio::test]
async fn a_push_into_a_later_step_is_refused_before_any_bytes_come() {
    let test = TestPortal::on_path().await;
    for environment in [preprod(), prod()] {
        let now = machine_time();
        let (ada, app) = (ada(), wallet());
        let asked = request(b"one", Some(environment.clone()));
        let refused = test.portal.uploads().start(&ada, &app, asked, now).await;
        let Err(error) = refused else {
            panic!("{refused:?}");
        };
        let expected =
            format!("{environment} is on wallet's path: push to dev, then run towpath promote");
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!(entries(&test).await, []);
}

#[tokio::test]
async fn a_registered_build_is_not_released_into_a_later_step_by_pushing_it_again() {
    let test = TestPortal::on_path().await;
    pushes(&test, &ada(), b"one", request(b"one", Some(dev())))
        .await
        .unwrap();
    let again = pushes(&test, &ada(), b"one", request(b"one", Some(prod()))).await;
    assert_eq!(refusals(again), [RefusalKind::NeedsPromotion]);
    assert_eq!(test.current(&prod()).await, None);
}

#[tokio::test]
async fn a_hold_that_comes_while_bytes_are_on_their_way_stops_the_release() {
    let test = TestPortal::on_path().await;
    let (ada, now, app) = (ada(), machine_time(), wallet());
    let asked = request(b"one", Some(dev()));
    let plan = test
        .portal
        .uploads()
        .start(&ada, &app, asked, now)
        .await
        .unwrap();
    put(&plan.files, b"one").await;
    let hold = HoldRequest {
        environment: dev(),
        app: None,
        reason: "the servers are on fire".to_owned(),
    };
    test.portal
        .holds()
        .hold_environment(&ada, hold, now)
        .await
        .unwrap();
    let stopped = Box::pin(test.register(&ada, &plan.id, now)).await;
    assert_eq!(refusals(stopped), [RefusalKind::Hold]);
    assert_eq!(test.current(&dev()).await, None);
    assert_eq!(entries(&test).await, []);
    let on = Held::Environment {
        environment: dev(),
        app: None,
    };
    test.portal
        .holds()
        .lift(&ada, &on, None, now)
        .await
        .unwrap();
    let plan = test
        .portal
        .uploads()
        .plan(&ada, &plan.id, now)
        .await
        .unwrap();
    put(&plan.files, b"one").await;
    let done = test.register(&ada, &plan.id, now);
    let build = Box::pin(done).await.unwrap();
    assert_eq!(test.current(&dev()).await, Some(build.number));
    assert_eq!(
        entries(&test).await,
        [AuditAction::Registered, AuditAction::Released]
    );
}

#[tokio::test]
async fn the_first_step_with_a_gate_takes_builds_by_promotion_alone() {
    let gated = path(|path| path.steps[0].gates = path.steps[2].gates.clone());
    let test = TestPortal::with_path(gated).await;
    let pushed = pushes(&test, &ada(), b"one", request(b"one", Some(dev()))).await;
    assert_eq!(refusals(pushed), [RefusalKind::NeedsPromotion]);
}

fn of_run(bytes: &[u8], version: &str) -> UploadRequest {
    let run: RunId = "github/github.com/74/999".parse().unwrap();
    UploadRequest {
        run: Some(run),
        version: Some(version.to_owned()),
        ..request(bytes, Some(dev()))
    }
}

#[tokio::test]
async fn nobody_else_sees_continues_or_completes_an_upload() {
    let test = TestPortal::on_path().await;
    let (ada, bob, now, app) = (ada(), bob(), machine_time(), wallet());
    let begun = test
        .portal
        .uploads()
        .start(&ada, &app, of_run(b"one", "1.0"), now);
    let plan = begun.await.unwrap();
    for refused in [
        test.portal.uploads().plan(&bob, &plan.id, now).await.err(),
        Box::pin(test.portal.uploads().complete(&bob, &plan.id, now))
            .await
            .err(),
    ] {
        assert!(
            matches!(refused, Some(Error::NotFound { .. })),
            "{refused:?}"
        );
    }
    // The same promise of another person is an upload of their own.
    let other = test
        .portal
        .uploads()
        .start(&bob, &app, of_run(b"two", "6.6"), now);
    assert_ne!(other.await.unwrap().id, plan.id);
    put(&plan.files, b"one").await;
    let done = test.register(&ada, &plan.id, now);
    let build = Box::pin(done).await.unwrap();
    assert_eq!(build.version.as_deref(), Some("1.0"));
    assert_eq!(build.origin.run, Known::Claimed);
}

#[tokio::test]
async fn what_is_said_of_a_build_does_not_change_while_it_is_uploaded() {
    let test = TestPortal::on_path().await;
    let (ada, now, app) = (ada(), machine_time(), wallet());
    let begun = test
        .portal
        .uploads()
        .start(&ada, &app, of_run(b"one", "1.0"), now);
    begun.await.unwrap();
    let refused = test
        .portal
        .uploads()
        .start(&ada, &app, of_run(b"one", "2.0"), now)
        .await;
    assert!(
        matches!(&refused, Err(Error::Conflict { detail }) if detail.contains("attempt")),
        "{refused:?}"
    );
    // Where it is to be released is no fact of the build.
    let nowhere = UploadRequest {
        environment: None,
        ..of_run(b"one", "1.0")
    };
    let begun = test.portal.uploads().start(&ada, &app, nowhere, now).await;
    put(&begun.unwrap().files, b"one").await;
}

#[tokio::test]
async fn where_no_path_leads_the_build_before_comes_back_by_pushing_it_again() {
    let test = TestPortal::off_path().await;
    let first = pushes(&test, &ada(), b"one", request(b"one", Some(prod())))
        .await
        .unwrap();
    let second = pushes(&test, &ada(), b"two", request(b"two", Some(prod())))
        .await
        .unwrap();
    let now = machine_time();
    let pushed =
        async |bytes: &[u8]| pushes(&test, &ada(), bytes, request(bytes, Some(prod()))).await;
    pushed(b"one").await.unwrap();
    assert_eq!(test.current(&prod()).await, Some(second.number));
    test.portal
        .holds()
        .withdraw(&ada(), &second.id, "leaks", now)
        .await
        .unwrap();
    assert_eq!(refusals(pushed(b"two").await), [RefusalKind::Withdrawn]);
    pushed(b"one").await.unwrap();
    assert_eq!(test.current(&prod()).await, Some(first.number));
}

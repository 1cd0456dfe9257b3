//! No promotion stays open for ever: what lasts ends it at once, what may pass ends it in time, and people end it before.

use api::holds::HoldRequest;
use domain::{
    access::{Permission, Permit},
    actor::Actor,
    audit::AuditAction,
    hold::Held,
    path::{Bucket, Target},
    promotion::{Impossible, Promotion, State},
};
use portal::Error;
use serde_json::json;
use simulator::{Behaviour, FaultKind, Release};
use testkit::{
    TestPortal, ada, machine_time, member,
    pipeline::{PIPELINE, execution_of, failed, held, stages, target, towpath},
    prod,
};

fn nowhere() -> Target {
    Target::Portal(Some(Bucket {
        name: "no-such-bucket".to_owned(),
        region: None,
        role: None,
        external_id: None,
    }))
}

fn abandoned(state: &State) -> bool {
    matches!(state, State::Abandoned { .. })
}

async fn abandon(test: &TestPortal, by: &Actor, promotion: &Promotion) -> Result<Promotion, Error> {
    let id = &promotion.id;
    test.portal
        .promotions()
        .abandon(by, id, "it hangs", machine_time())
        .await
}

/// The words of the newest entry of the audit log that says this.
async fn noted(test: &TestPortal, action: AuditAction) -> domain::audit::AuditRecord {
    let month = machine_time().to_string()[..7].parse().unwrap();
    let entries = test
        .store
        .table
        .audit()
        .month(&month)
        .await
        .unwrap()
        .into_iter();
    let mut notes = entries.map(|found| found.entry.unwrap().readable().note);
    notes.rfind(|note| note.action == action).unwrap()
}

#[tokio::test]
async fn a_bucket_that_is_not_there_fails_the_promotion_at_once_and_the_environment_takes_the_next()
{
    let test = TestPortal::with_target(nowhere()).await;
    let build = test.registered(1, machine_time()).await;
    let artifact = &build.artifacts[0];
    let key = format!("artifacts/wallet/{}/{}", artifact.digest, artifact.name);
    let bytes = testkit::records::bytes(1);
    let objects = &test.store.objects;
    objects.put_if_absent(&key, bytes, "x/y").await.unwrap();
    let promotion = test.promote(&build).await;
    let why = failed(&promotion);
    assert!(
        why.contains("no-such-bucket") && why.contains("NoSuchBucket"),
        "{why}"
    );
    assert_eq!(
        noted(&test, AuditAction::PromotionFailed)
            .await
            .reason
            .as_deref(),
        Some(why)
    );
    assert_eq!(test.store.table.promotions().open().await.unwrap(), []);

    // Somebody makes the bucket.
    let there = test.store.objects.in_bucket("no-such-bucket");
    there.create_bucket().await.unwrap();
    assert_eq!(test.promote(&build).await.state, State::Succeeded);
    assert_eq!(test.current(&prod()).await, Some(1));
}

#[tokio::test]
async fn a_target_that_does_not_answer_is_tried_again_and_given_up_in_time_with_what_it_said() {
    let test = TestPortal::with_pipeline().await;
    let build = test.registered(1, machine_time()).await;
    test.fault("StartPipelineExecution", FaultKind::CallLost, 1);
    test.fault("ListPipelineExecutions", FaultKind::ServiceFailed, 1_000);
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Starting);
    let first = promotion.last_error.clone().unwrap();
    assert!(
        first.message.contains("StartPipelineExecution"),
        "{first:?}"
    );
    test.tick(59).await;
    let still = test.promotion(&promotion.id).await;
    assert_eq!(still.state, State::Starting);
    let last = still.last_error.unwrap();
    assert!(
        last.at > first.at && last.message.contains("ListPipelineExecutions"),
        "{last:?}"
    );
    let view = test
        .portal
        .promotions()
        .show(&ada(), &promotion.id, machine_time())
        .await;
    assert_eq!(view.unwrap().promotion.last_error, Some(last));

    test.tick(61).await;
    let ended = test.promotion(&promotion.id).await;
    let why = failed(&ended);
    assert!(
        why.contains("not taken on within 1 h") && why.contains("ListPipelineExecutions"),
        "{why}"
    );
    assert_eq!(test.store.table.promotions().open().await.unwrap(), []);
}

#[tokio::test]
async fn a_run_that_never_ends_is_given_up_after_a_day_but_not_while_its_environment_is_held() {
    let test = TestPortal::with_pipeline().await;
    test.script("Ship", held());
    let build = test.registered(1, machine_time()).await;
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Running);
    test.tick(23 * 60).await;
    assert_eq!(test.promotion(&promotion.id).await.state, State::Running);
    let stop = HoldRequest {
        environment: prod(),
        app: None,
        reason: "payments fail".to_owned(),
    };
    test.portal
        .holds()
        .hold_environment(&ada(), stop, machine_time())
        .await
        .unwrap();
    test.tick(25 * 60).await;
    assert_eq!(test.promotion(&promotion.id).await.state, State::Running);
    let on = Held::Environment {
        environment: prod(),
        app: None,
    };
    test.portal
        .holds()
        .lift(&ada(), &on, None, machine_time())
        .await
        .unwrap();
    test.tick(25 * 60).await;
    let ended = test.promotion(&promotion.id).await;
    assert!(
        failed(&ended).contains("not carried out within 1 d"),
        "{}",
        failed(&ended)
    );
    test.simulator().release(&Release::default());
}

#[tokio::test]
async fn a_run_whose_pipeline_is_gone_fails_and_says_so() {
    let test = TestPortal::with_pipeline().await;
    test.script("Ship", held());
    let build = test.registered(1, machine_time()).await;
    let promotion = test.promote(&build).await;
    test.simulator()
        .call("DeletePipeline", &json!({"name": PIPELINE}))
        .unwrap();
    test.tick(11).await;
    let ended = test.promotion(&promotion.id).await;
    assert!(failed(&ended).contains(PIPELINE), "{}", failed(&ended));
}

#[tokio::test]
async fn an_abandoned_promotion_is_over_and_a_run_that_succeeds_later_releases_nothing() {
    let test = TestPortal::with_pipeline().await;
    test.script("Ship", held());
    let (build, next) = (
        test.registered(1, machine_time()).await,
        test.registered(2, machine_time()).await,
    );
    let promotion = test.promote(&build).await;
    test.eventually("the stage is held", |overview| overview.held == 1)
        .await;
    let ended = abandon(&test, &ada(), &promotion).await.unwrap();
    assert!(abandoned(&ended.state));
    let note = noted(&test, AuditAction::PromotionAbandoned).await;
    assert_eq!(note.by.name, ada().name);
    assert_eq!(note.reason.as_deref(), Some("it hangs"));
    assert_eq!(note.details["was"], "running");

    test.script("Ship", Behaviour::default());
    test.simulator().release(&Release::default());
    test.at_rest().await;
    assert_eq!(
        test.execution(&execution_of(&promotion))["status"],
        "Succeeded"
    );
    test.hear().await;
    test.tick(30).await;
    assert!(abandoned(&test.promotion(&promotion.id).await.state));
    assert_eq!(test.current(&prod()).await, None);

    let after = test.promote(&next).await;
    test.at_rest().await;
    test.hear().await;
    assert_eq!(test.promotion(&after.id).await.state, State::Succeeded);
    assert_eq!(test.current(&prod()).await, Some(2));
}

#[tokio::test]
async fn the_release_of_a_run_whose_promotion_was_abandoned_is_refused() {
    for by_name in [true, false] {
        let test = TestPortal::with_target(target(|_| {})).await;
        let mut release = towpath("Release", "release");
        if !by_name {
            let configuration = &mut release["configuration"]["UserParameters"];
            let parameters = configuration.as_str().unwrap();
            *configuration = parameters.replace("#{variables.promotion}", "").into();
        }
        let mut stages = stages();
        stages
            .as_array_mut()
            .unwrap()
            .push(json!({"name": "Tell", "actions": [release]}));
        test.pipeline("SUPERSEDED", &stages);
        let build = test.registered(1, machine_time()).await;
        let promotion = test.promote(&build).await;
        abandon(&test, &ada(), &promotion).await.unwrap();
        let outcome = format!("{:?}", test.work(0).await);
        assert!(outcome.contains("abandoned"), "{outcome}");
        assert_eq!(test.current(&prod()).await, None);
    }
}

#[tokio::test]
async fn only_people_who_may_go_past_gates_abandon_and_only_what_has_started() {
    let test = TestPortal::with_pipeline().await;
    test.script("Ship", held());
    let build = test.registered(1, machine_time()).await;
    let promotion = test.promote(&build).await;
    let everything = || Permit::all(Permission::ALL.to_vec());
    let viewer = member("eve@example.com", vec!["managers-of-nothing".to_owned()]);
    for actor in [
        Actor::token(ada(), "ci", everything()),
        Actor::machine("ci", everything()),
        Actor::pipeline(PIPELINE),
        viewer,
    ] {
        let refused = abandon(&test, &actor, &promotion).await.unwrap_err();
        let expected = matches!(
            refused,
            Error::Impossible(Impossible::MayNotAbandon)
                | Error::NotFound { .. }
                | Error::Forbidden { .. }
        );
        assert!(expected, "{actor:?}: {refused:?}");
    }
    assert_eq!(test.promotion(&promotion.id).await.state, State::Running);
    let view = test
        .portal
        .promotions()
        .show(&ada(), &promotion.id, machine_time())
        .await;
    assert!(view.unwrap().may.abandon);
    abandon(&test, &ada(), &promotion).await.unwrap();
    let again = abandon(&test, &ada(), &promotion).await;
    assert!(matches!(
        again,
        Err(Error::Impossible(Impossible::State { .. }))
    ));
    test.simulator().release(&Release::default());
}

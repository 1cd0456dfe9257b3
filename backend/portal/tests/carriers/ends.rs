//! No promotion stays open for ever: what lasts ends it at once, what may pass ends it in time, and people end it before.

use domain::{
    access::{Permission, Permit},
    actor::Actor,
    audit::Deed,
    hold::Held,
    path::{Bucket, Target},
    promotion::{Impossible, Promotion, State},
};
use portal::{Error, hold::HoldRequest};
use serde_json::json;
use simulator::{Behaviour, FaultKind, Release};

use crate::lock::{
    Lock, PIPELINE, ada, execution_of, failed, held, now, prod, stages, target, towpath,
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

async fn abandon(lock: &Lock, by: &Actor, promotion: &Promotion) -> Result<Promotion, Error> {
    let id = &promotion.id;
    lock.portal
        .abandon_promotion(by, id, "it hangs", now())
        .await
}

/// The words of the newest entry of the audit log that says this.
async fn noted(lock: &Lock, deed: Deed) -> domain::audit::Note {
    let month = now().to_string()[..7].parse().unwrap();
    let entries = lock.table.audit_month(&month).await.unwrap().into_iter();
    let mut notes = entries.map(|found| found.entry.unwrap().note);
    notes.rfind(|note| note.deed == deed).unwrap()
}

#[tokio::test]
async fn a_bucket_that_is_not_there_fails_the_promotion_at_once_and_the_environment_takes_the_next()
{
    let lock = Lock::with(nowhere()).await;
    let build = lock.build(1, None).await;
    let artifact = &build.artifacts[0];
    let key = format!("artifacts/wallet/{}/{}", artifact.digest, artifact.name);
    let bytes = b"application 1".to_vec();
    lock.objects.put(&key, bytes, "x/y").await.unwrap();
    let promotion = lock.promote(&build).await;
    let why = failed(&promotion);
    assert!(
        why.contains("no-such-bucket") && why.contains("NoSuchBucket"),
        "{why}"
    );
    assert_eq!(
        noted(&lock, Deed::PromotionFailed).await.reason.as_deref(),
        Some(why)
    );
    assert_eq!(lock.table.open_promotions().await.unwrap(), []);

    // Somebody makes the bucket.
    let there = lock.objects.in_bucket("no-such-bucket");
    there.create_bucket().await.unwrap();
    assert_eq!(lock.promote(&build).await.state, State::Succeeded);
    assert_eq!(lock.in_prod().await, Some(1));
}

#[tokio::test]
async fn a_target_that_does_not_answer_is_tried_again_and_given_up_in_time_with_what_it_said() {
    let lock = Lock::new().await;
    let build = lock.build(1, None).await;
    lock.fault("StartPipelineExecution", FaultKind::CallLost, 1);
    lock.fault("ListPipelineExecutions", FaultKind::ServiceFailed, 1_000);
    let promotion = lock.promote(&build).await;
    assert_eq!(promotion.state, State::Starting);
    let first = promotion.last_error.clone().unwrap();
    assert!(
        first.message.contains("StartPipelineExecution"),
        "{first:?}"
    );
    lock.clock(59).await;
    let still = lock.promotion(&promotion.id).await;
    assert_eq!(still.state, State::Starting);
    let last = still.last_error.unwrap();
    assert!(
        last.at > first.at && last.message.contains("ListPipelineExecutions"),
        "{last:?}"
    );
    let view = lock.portal.promotion(&ada(), &promotion.id, now()).await;
    assert_eq!(view.unwrap().promotion.last_error, Some(last));

    lock.clock(61).await;
    let ended = lock.promotion(&promotion.id).await;
    let why = failed(&ended);
    assert!(
        why.contains("not taken on within 1 h") && why.contains("ListPipelineExecutions"),
        "{why}"
    );
    assert_eq!(lock.table.open_promotions().await.unwrap(), []);
}

#[tokio::test]
async fn a_run_that_never_ends_is_given_up_after_a_day_but_not_while_its_environment_is_held() {
    let lock = Lock::new().await;
    lock.script("Ship", held());
    let build = lock.build(1, None).await;
    let promotion = lock.promote(&build).await;
    assert_eq!(promotion.state, State::Running);
    lock.clock(23 * 60).await;
    assert_eq!(lock.promotion(&promotion.id).await.state, State::Running);
    let stop = HoldRequest {
        environment: prod(),
        app: None,
        reason: "payments fail".to_owned(),
    };
    lock.portal.freeze(&ada(), stop, now()).await.unwrap();
    lock.clock(25 * 60).await;
    assert_eq!(lock.promotion(&promotion.id).await.state, State::Running);
    let on = Held::Environment {
        environment: prod(),
        app: None,
    };
    lock.portal.lift(&ada(), &on, None, now()).await.unwrap();
    lock.clock(25 * 60).await;
    let ended = lock.promotion(&promotion.id).await;
    assert!(
        failed(&ended).contains("not carried out within 1 d"),
        "{}",
        failed(&ended)
    );
    lock.simulator.release(&Release::default());
}

#[tokio::test]
async fn a_run_whose_pipeline_is_gone_fails_and_says_so() {
    let lock = Lock::new().await;
    lock.script("Ship", held());
    let build = lock.build(1, None).await;
    let promotion = lock.promote(&build).await;
    lock.simulator
        .call("DeletePipeline", &json!({"name": PIPELINE}))
        .unwrap();
    lock.clock(11).await;
    let ended = lock.promotion(&promotion.id).await;
    assert!(failed(&ended).contains(PIPELINE), "{}", failed(&ended));
}

#[tokio::test]
async fn an_abandoned_promotion_is_over_and_a_run_that_succeeds_later_releases_nothing() {
    let lock = Lock::new().await;
    lock.script("Ship", held());
    let (build, next) = (lock.build(1, None).await, lock.build(2, None).await);
    let promotion = lock.promote(&build).await;
    lock.eventually("the stage is held", |overview| overview.held == 1)
        .await;
    let ended = abandon(&lock, &ada(), &promotion).await.unwrap();
    assert!(abandoned(&ended.state));
    let note = noted(&lock, Deed::PromotionAbandoned).await;
    assert_eq!(note.by.name, ada().name);
    assert_eq!(note.reason.as_deref(), Some("it hangs"));
    assert_eq!(note.details["was"], "running");

    lock.script("Ship", Behaviour::default());
    lock.simulator.release(&Release::default());
    lock.at_rest().await;
    assert_eq!(
        lock.execution(&execution_of(&promotion))["status"],
        "Succeeded"
    );
    lock.hear().await;
    lock.clock(30).await;
    assert!(abandoned(&lock.promotion(&promotion.id).await.state));
    assert_eq!(lock.in_prod().await, None);

    let after = lock.promote(&next).await;
    lock.at_rest().await;
    lock.hear().await;
    assert_eq!(lock.promotion(&after.id).await.state, State::Succeeded);
    assert_eq!(lock.in_prod().await, Some(2));
}

#[tokio::test]
async fn the_release_of_a_run_whose_promotion_was_abandoned_is_refused() {
    for by_name in [true, false] {
        let lock = Lock::with(target(|_| {})).await;
        let mut release = towpath("Release", "release");
        if !by_name {
            let configuration = &mut release["configuration"]["UserParameters"];
            let text = configuration.as_str().unwrap();
            *configuration = text.replace("#{variables.promotion}", "").into();
        }
        let mut stages = stages();
        stages
            .as_array_mut()
            .unwrap()
            .push(json!({"name": "Tell", "actions": [release]}));
        lock.pipeline("SUPERSEDED", &stages);
        let build = lock.build(1, None).await;
        let promotion = lock.promote(&build).await;
        abandon(&lock, &ada(), &promotion).await.unwrap();
        let outcome = format!("{:?}", lock.work(0).await);
        assert!(outcome.contains("abandoned"), "{outcome}");
        assert_eq!(lock.in_prod().await, None);
    }
}

#[tokio::test]
async fn only_people_who_may_go_past_gates_abandon_and_only_what_has_started() {
    let lock = Lock::new().await;
    lock.script("Ship", held());
    let build = lock.build(1, None).await;
    let promotion = lock.promote(&build).await;
    let everything = || Permit::all(Permission::ALL.to_vec());
    let viewer = Actor::person("eve@example.com", vec!["managers-of-nothing".to_owned()]);
    for actor in [
        Actor::token(ada(), "ci", everything()),
        Actor::machine("ci", everything()),
        Actor::pipeline(PIPELINE),
        viewer,
    ] {
        let refused = abandon(&lock, &actor, &promotion).await.unwrap_err();
        let expected = matches!(
            refused,
            Error::Impossible(Impossible::MayNotAbandon)
                | Error::NotFound { .. }
                | Error::Forbidden { .. }
        );
        assert!(expected, "{actor:?}: {refused:?}");
    }
    assert_eq!(lock.promotion(&promotion.id).await.state, State::Running);
    let view = lock.portal.promotion(&ada(), &promotion.id, now()).await;
    assert!(view.unwrap().may.abandon);
    abandon(&lock, &ada(), &promotion).await.unwrap();
    let again = abandon(&lock, &ada(), &promotion).await;
    assert!(matches!(
        again,
        Err(Error::Impossible(Impossible::State { .. }))
    ));
    lock.simulator.release(&Release::default());
}

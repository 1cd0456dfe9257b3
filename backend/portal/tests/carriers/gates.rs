//! Gates and releases inside a pipeline, as its own jobs ask for them.

use domain::{
    path::{ApprovalRule, Gates, Target},
    promotion::State,
};
use portal::hold::HoldRequest;
use portal::jobs::{Outcome, Work};
use serde_json::{Value, json};

use crate::lock::{Lock, ada, bob, deploy, execution_of, now, prod, source, target, towpath};

fn stages() -> Value {
    json!([source(), {"name": "Gate", "actions": [towpath("Gate", "gate")]},
        {"name": "Deploy", "actions": [deploy()]}, {"name": "Done", "actions": [towpath("Release", "release")]}])
}

fn approved() -> Gates {
    Gates {
        approvals: vec![ApprovalRule {
            count: 1,
            groups: vec!["leads".to_owned()],
        }],
        ..Gates::default()
    }
}

async fn gated(target: Target, gates: Gates) -> Lock {
    let lock = Lock::along(target, gates).await;
    lock.pipeline("SUPERSEDED", &stages());
    lock
}

#[tokio::test]
async fn a_pipeline_that_a_promotion_started_goes_through_its_gate_and_ends_it_with_its_release() {
    let lock = gated(target(|_| {}), Gates::default()).await;
    let build = lock.build(3, None).await;
    let promotion = lock.promote(&build).await;
    let Outcome::Let(through) = lock.work(0).await else {
        panic!("shut");
    };
    assert_eq!(through.id, promotion.id);
    let Outcome::Released(release) = lock.work(0).await else {
        panic!("not released");
    };
    assert_eq!(release.promotion.unwrap().id, promotion.id);
    assert_eq!(lock.promotion(&promotion.id).await.state, State::Succeeded);
    assert_eq!(lock.in_prod().await, Some(3));
    lock.at_rest().await;
    let status = lock.execution(&execution_of(&promotion))["status"].clone();
    assert_eq!(status, "Succeeded");
    lock.hear().await;
    assert_eq!(lock.executions(), 1);
}

#[tokio::test]
async fn a_gate_finds_the_run_of_a_promotion_whose_answer_was_lost() {
    let lock = gated(target(|_| {}), Gates::default()).await;
    let build = lock.build(3, None).await;
    lock.fault(
        "StartPipelineExecution",
        simulator::FaultKind::AnswerLost,
        1,
    );
    let promotion = lock.promote(&build).await;
    assert_eq!(promotion.state, State::Starting);
    let Outcome::Let(through) = lock.work(0).await else {
        panic!("shut");
    };
    assert_eq!((through.id, through.state), (promotion.id, State::Running));
}

#[tokio::test]
async fn a_gate_asks_for_a_promotion_itself_waits_for_an_approval_and_starts_nothing_else() {
    let lock = gated(target(|_| {}), approved()).await;
    let build = lock.build(4, None).await;
    let execution = lock.start_by_hand(&build);
    let Outcome::Waits { why } = lock.work(0).await else {
        panic!("open");
    };
    assert!(why.contains("1 approval"), "{why}");
    let open = lock.table.open_promotions().await.unwrap().remove(0);
    assert_eq!(open.requested_by.name, crate::lock::PIPELINE);
    assert_eq!(execution_of(&open), execution);
    lock.clock(1).await;
    let seen = build.digest();
    let approved = lock
        .portal
        .approve(&bob(), &open.id, &seen, None, now())
        .await;
    assert_eq!(approved.unwrap().state, State::Running);
    while let Outcome::Waits { .. } = lock.work(0).await {}
    let Outcome::Released(_) = lock.work(0).await else {
        panic!("not released");
    };
    assert_eq!(lock.promotion(&open.id).await.state, State::Succeeded);
    assert_eq!(lock.executions(), 1);
}

#[tokio::test]
async fn a_rejected_promotion_shuts_its_gate_for_good_with_the_reason() {
    let lock = gated(Target::Portal(None), approved()).await;
    let build = lock.build(4, None).await;
    lock.start_by_hand(&build);
    assert!(matches!(lock.work(0).await, Outcome::Waits { .. }));
    let open = lock.table.open_promotions().await.unwrap().remove(0);
    let rejected = lock
        .portal
        .reject(&bob(), &open.id, "too late", now())
        .await;
    rejected.unwrap();
    let outcome = lock.work(0).await;
    let Outcome::Failed { work, message, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(work, Some(Work::Gate));
    assert!(message.contains("too late"), "{message}");
    assert_eq!(lock.in_prod().await, None);
}

#[tokio::test]
async fn a_frozen_environment_holds_the_gate_and_lifting_it_opens_it() {
    let lock = gated(Target::Portal(None), Gates::default()).await;
    let build = lock.build(4, None).await;
    let hold = HoldRequest {
        environment: prod(),
        app: None,
        reason: "the canal is dry".to_owned(),
    };
    let frozen = lock.portal.freeze(&ada(), hold, now()).await.unwrap();
    lock.start_by_hand(&build);
    let Outcome::Waits { why } = lock.work(0).await else {
        panic!("open");
    };
    assert!(why.contains("the canal is dry"), "{why}");
    assert!(matches!(lock.work(1).await, Outcome::Waits { .. }));
    let on = &frozen.hold.on;
    lock.portal.lift(&ada(), on, None, now()).await.unwrap();
    assert!(matches!(lock.work(2).await, Outcome::Let(_)));
    assert!(matches!(lock.work(2).await, Outcome::Released(_)));
    assert_eq!(lock.in_prod().await, Some(4));
}

#[tokio::test]
async fn a_gate_gives_up_before_codepipeline_does_and_says_what_it_waited_for() {
    let lock = gated(Target::Portal(None), approved()).await;
    let build = lock.build(4, None).await;
    lock.start_by_hand(&build);
    assert!(matches!(lock.work(0).await, Outcome::Waits { .. }));
    let outcome = lock.work(24 * 60).await;
    let Outcome::Failed { message, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(message.contains("24 hours"), "{message}");
    assert!(message.contains("1 approval"), "{message}");
}

#[tokio::test]
async fn a_gate_whose_run_is_over_leaves_no_promotion_behind() {
    let lock = gated(Target::Portal(None), approved()).await;
    let build = lock.build(4, None).await;
    let execution = lock.start_by_hand(&build);
    assert!(matches!(lock.work(0).await, Outcome::Waits { .. }));
    let open = lock.table.open_promotions().await.unwrap().remove(0);
    let stop = json!({"pipelineName": crate::lock::PIPELINE, "abandon": true, "pipelineExecutionId": execution});
    lock.simulator.call("StopPipelineExecution", &stop).unwrap();
    lock.at_rest().await;
    lock.hear().await;
    lock.clock(1).await;
    let ended = lock.promotion(&open.id).await;
    assert!(matches!(ended.state, State::Canceled { .. }), "{ended:?}");
}

#[tokio::test]
async fn a_release_without_a_promotion_notes_what_happened_once() {
    let lock = Lock::with(Target::Portal(None)).await;
    let stages = json!([source(), {"name": "Done", "actions": [towpath("Release", "release")]}]);
    lock.pipeline("SUPERSEDED", &stages);
    let build = lock.build(5, None).await;
    lock.start_by_hand(&build);
    let job = lock.job().await;
    let deliver = async || {
        let job = portal::jobs::Job::parse(&job).unwrap();
        lock.portal.run_job(job, now()).await.unwrap()
    };
    let outcome = deliver().await;
    assert!(matches!(outcome, Outcome::Released(_)), "{outcome:?}");
    assert_eq!(deliver().await, Outcome::AnsweredBefore);
    assert_eq!(lock.in_prod().await, Some(5));
    let record = lock.table.build(&build.id).await.unwrap().unwrap();
    assert_eq!(record.releases.len(), 2);
}

#[tokio::test]
async fn a_withdrawn_build_is_released_by_no_job() {
    let lock = Lock::with(Target::Portal(None)).await;
    let stages = json!([source(), {"name": "Done", "actions": [towpath("Release", "release")]}]);
    lock.pipeline("SUPERSEDED", &stages);
    let build = lock.build(5, None).await;
    let withdrawn = lock
        .portal
        .withdraw(&ada(), &build.id, "it leaks", now())
        .await;
    withdrawn.unwrap();
    lock.start_by_hand(&build);
    let outcome = lock.work(0).await;
    let Outcome::Failed { message, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(message.contains("it leaks"), "{message}");
    assert_eq!(lock.in_prod().await, None);
}

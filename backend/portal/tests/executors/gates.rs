//! Gates and releases inside a pipeline, as its own jobs ask for them.

use api::holds::HoldRequest;
use domain::{
    actor::Actor,
    path::{ApprovalRule, Gates, Target},
    promotion::State,
};
use jobs::{Outcome, Work};
use serde_json::{Value, json};
use testkit::{
    TestPortal, ada, bob, machine_time, member,
    pipeline::{deploy, execution_of, source, target, towpath},
    prod,
};

fn stages() -> Value {
    json!([source(), {"name": "Gate", "actions": [towpath("Gate", "gate")]},
        {"name": "Deploy", "actions": [deploy()]}, {"name": "Done", "actions": [towpath("Release", "release")]}])
}

/// Another lead.
fn cy() -> Actor {
    member("cy@example.com", vec!["leads".to_owned()])
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

async fn gated(target: Target, gates: Gates) -> TestPortal {
    let test = TestPortal::with_gates(target, gates).await;
    test.pipeline("SUPERSEDED", &stages());
    test
}

#[tokio::test]
async fn a_pipeline_that_a_promotion_started_goes_through_its_gate_and_ends_it_with_its_release() {
    let test = gated(target(|_| {}), Gates::default()).await;
    let build = test.registered(3, machine_time()).await;
    let promotion = test.promote(&build).await;
    let Outcome::Let(through) = test.work(0).await else {
        panic!("shut");
    };
    assert_eq!(through.id, promotion.id);
    let Outcome::Released(release) = test.work(0).await else {
        panic!("not released");
    };
    assert_eq!(release.promotion.unwrap().id, promotion.id);
    assert_eq!(test.promotion(&promotion.id).await.state, State::Succeeded);
    assert_eq!(test.current(&prod()).await, Some(3));
    test.at_rest().await;
    let status = test.execution(&execution_of(&promotion))["status"].clone();
    assert_eq!(status, "Succeeded");
    test.hear().await;
    assert_eq!(test.executions(), 1);
}

#[tokio::test]
async fn a_gate_finds_the_run_of_a_promotion_whose_answer_was_lost() {
    let test = gated(target(|_| {}), Gates::default()).await;
    let build = test.registered(3, machine_time()).await;
    test.fault(
        "StartPipelineExecution",
        simulator::FaultKind::AnswerLost,
        1,
    );
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Starting);
    let Outcome::Let(through) = test.work(0).await else {
        panic!("shut");
    };
    assert_eq!((through.id, through.state), (promotion.id, State::Running));
}

#[tokio::test]
async fn a_gate_asks_for_a_promotion_itself_waits_for_an_approval_and_starts_nothing_else() {
    let test = gated(target(|_| {}), approved()).await;
    let build = test.registered(4, machine_time()).await;
    let execution = test.start_by_hand(&build);
    let Outcome::Waits { why } = test.work(0).await else {
        panic!("open");
    };
    assert!(why.contains("2 approvals"), "{why}");
    let open = test
        .store
        .table
        .promotions()
        .open()
        .await
        .unwrap()
        .remove(0);
    assert_eq!(open.requested_by.name, testkit::pipeline::PIPELINE);
    assert_eq!(execution_of(&open), execution);
    test.tick(1).await;
    let seen = build.digest();
    for (lead, state) in [(bob(), State::Waiting), (cy(), State::Running)] {
        let approved =
            test.portal
                .promotions()
                .approve(&lead, &open.id, &seen, None, machine_time());
        assert_eq!(approved.await.unwrap().state, state);
    }
    while let Outcome::Waits { .. } = test.work(0).await {}
    let Outcome::Released(_) = test.work(0).await else {
        panic!("not released");
    };
    assert_eq!(test.promotion(&open.id).await.state, State::Succeeded);
    assert_eq!(test.executions(), 1);
}

#[tokio::test]
async fn a_rejected_promotion_shuts_its_gate_for_good_with_the_reason() {
    let test = gated(Target::Portal(None), approved()).await;
    let build = test.registered(4, machine_time()).await;
    test.start_by_hand(&build);
    assert!(matches!(test.work(0).await, Outcome::Waits { .. }));
    let open = test
        .store
        .table
        .promotions()
        .open()
        .await
        .unwrap()
        .remove(0);
    let rejected = test
        .portal
        .promotions()
        .reject(&bob(), &open.id, "too late", machine_time())
        .await;
    rejected.unwrap();
    let outcome = test.work(0).await;
    let Outcome::Failed { work, message, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(work, Some(Work::Gate));
    assert!(message.contains("too late"), "{message}");
    assert_eq!(test.current(&prod()).await, None);
}

#[tokio::test]
async fn a_frozen_environment_holds_the_gate_and_lifting_it_opens_it() {
    let test = gated(Target::Portal(None), Gates::default()).await;
    let build = test.registered(4, machine_time()).await;
    let hold = HoldRequest {
        environment: prod(),
        app: None,
        reason: "the tests are red".to_owned(),
    };
    let frozen = test
        .portal
        .holds()
        .hold_environment(&ada(), hold, machine_time())
        .await
        .unwrap();
    test.start_by_hand(&build);
    let Outcome::Waits { why } = test.work(0).await else {
        panic!("open");
    };
    assert!(why.contains("the tests are red"), "{why}");
    assert!(matches!(test.work(1).await, Outcome::Waits { .. }));
    let on = &frozen.hold.on;
    test.portal
        .holds()
        .lift(&ada(), on, None, machine_time())
        .await
        .unwrap();
    assert!(matches!(test.work(2).await, Outcome::Let(_)));
    assert!(matches!(test.work(2).await, Outcome::Released(_)));
    assert_eq!(test.current(&prod()).await, Some(4));
}

#[tokio::test]
async fn a_gate_gives_up_before_codepipeline_does_and_says_what_it_waited_for() {
    let test = gated(Target::Portal(None), approved()).await;
    let build = test.registered(4, machine_time()).await;
    test.start_by_hand(&build);
    assert!(matches!(test.work(0).await, Outcome::Waits { .. }));
    let outcome = test.work(24 * 60).await;
    let Outcome::Failed { message, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(message.contains("24 hours"), "{message}");
    assert!(message.contains("2 approvals"), "{message}");
}

#[tokio::test]
async fn a_gate_whose_run_is_over_leaves_no_promotion_behind() {
    let test = gated(Target::Portal(None), approved()).await;
    let build = test.registered(4, machine_time()).await;
    let execution = test.start_by_hand(&build);
    assert!(matches!(test.work(0).await, Outcome::Waits { .. }));
    let open = test
        .store
        .table
        .promotions()
        .open()
        .await
        .unwrap()
        .remove(0);
    let stop = json!({"pipelineName": testkit::pipeline::PIPELINE, "abandon": true, "pipelineExecutionId": execution});
    test.simulator()
        .call("StopPipelineExecution", &stop)
        .unwrap();
    test.at_rest().await;
    test.hear().await;
    test.tick(1).await;
    let ended = test.promotion(&open.id).await;
    assert!(matches!(ended.state, State::Canceled { .. }), "{ended:?}");
}

#[tokio::test]
async fn a_release_without_a_promotion_notes_what_happened_once() {
    let test = TestPortal::off_path().await;
    let stages = json!([source(), {"name": "Done", "actions": [towpath("Release", "release")]}]);
    test.pipeline("SUPERSEDED", &stages);
    let build = test.registered(5, machine_time()).await;
    test.start_by_hand(&build);
    let job = test.job().await;
    let deliver = async || {
        let job = sources::job::Job::parse(&job).unwrap();
        test.jobs().run(job, machine_time()).await.unwrap()
    };
    let outcome = deliver().await;
    assert!(matches!(outcome, Outcome::Released(_)), "{outcome:?}");
    assert_eq!(deliver().await, Outcome::AnsweredBefore);
    assert_eq!(test.current(&prod()).await, Some(5));
    let record = test
        .store
        .table
        .builds()
        .get(&build.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(record.releases.len(), 2);
}

#[tokio::test]
async fn a_withdrawn_build_is_released_by_no_job() {
    let test = TestPortal::with_target(Target::Portal(None)).await;
    let stages = json!([source(), {"name": "Done", "actions": [towpath("Release", "release")]}]);
    test.pipeline("SUPERSEDED", &stages);
    let build = test.registered(5, machine_time()).await;
    let withdrawn = test
        .portal
        .holds()
        .withdraw(&ada(), &build.id, "it leaks", machine_time())
        .await;
    withdrawn.unwrap();
    test.start_by_hand(&build);
    let outcome = test.work(0).await;
    let Outcome::Failed { message, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(message.contains("it leaks"), "{message}");
    assert_eq!(test.current(&prod()).await, None);
}

#[tokio::test]
async fn a_release_without_a_promotion_into_a_step_of_the_path_is_refused() {
    let test = TestPortal::with_target(Target::Portal(None)).await;
    let stages = json!([source(), {"name": "Done", "actions": [towpath("Release", "release")]}]);
    test.pipeline("SUPERSEDED", &stages);
    let build = test.registered(5, machine_time()).await;
    test.start_by_hand(&build);
    let outcome = test.work(0).await;
    let Outcome::Failed { message, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(message.contains("prod is on wallet's path"), "{message}");
    assert_eq!(test.current(&prod()).await, None);
}

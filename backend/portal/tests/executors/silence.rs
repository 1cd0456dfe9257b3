//! Runs that end otherwise than well, and runs of which nothing is heard.

use domain::{
    access::{Permission, Permit},
    actor::Actor,
    promotion::State,
};
use serde_json::json;
use simulator::{Behaviour, FaultKind, Release};
use testkit::{
    TestPortal, event, machine_time,
    pipeline::{PIPELINE, execution_of, failed, held},
    prod,
};

#[tokio::test]
async fn a_run_whose_events_are_lost_is_asked_after_ten_minutes_and_not_before() {
    let test = TestPortal::with_pipeline().await;
    let build = test.registered(1, machine_time()).await;
    let promotion = test.promote(&build).await;
    test.at_rest().await;
    test.tick(9).await;
    assert_eq!(test.promotion(&promotion.id).await.state, State::Running);
    test.fault("GetPipelineExecution", FaultKind::ServiceFailed, 10);
    test.tick(11).await;
    assert_eq!(test.promotion(&promotion.id).await.state, State::Running);
    for _ in 0..4 {
        test.tick(12).await;
    }
    assert_eq!(test.promotion(&promotion.id).await.state, State::Succeeded);
    assert_eq!(test.current(&prod()).await, Some(1));
}

#[tokio::test]
async fn a_stopped_execution_fails_its_promotion_heard_or_not() {
    for heard in [true, false] {
        let test = TestPortal::with_pipeline().await;
        test.script("Ship", held());
        let build = test.registered(1, machine_time()).await;
        let promotion = test.promote(&build).await;
        test.eventually("the stage is held", |overview| overview.held == 1)
            .await;
        let stop = json!({"pipelineName": PIPELINE, "abandon": true,
            "pipelineExecutionId": execution_of(&promotion)});
        test.simulator()
            .call("StopPipelineExecution", &stop)
            .unwrap();
        test.at_rest().await;
        if heard {
            test.hear().await;
        } else {
            test.tick(11).await;
        }
        let ended = test.promotion(&promotion.id).await;
        assert!(failed(&ended).contains("canceled"), "{}", failed(&ended));
        assert_eq!(test.current(&prod()).await, None);
    }
}

/// What somebody with a permission to report says of an execution.
async fn claims(test: &TestPortal, execution: &str, state: &str) {
    let machine = Actor::machine("ci", Permit::all(vec![Permission::Report]));
    let mut event = event(PIPELINE, execution, state, 30);
    event["time"] = json!(machine_time().to_string());
    let body = event.to_string();
    let received = test
        .portal
        .events()
        .receive(&machine, body.as_bytes(), machine_time());
    assert!(received.await.unwrap().claimed);
}

#[tokio::test]
async fn what_somebody_says_of_an_execution_ends_no_promotion() {
    for state in ["SUCCEEDED", "FAILED"] {
        let test = TestPortal::with_pipeline().await;
        test.script("Ship", held());
        let build = test.registered(1, machine_time()).await;
        let promotion = test.promote(&build).await;
        test.eventually("the stage is held", |overview| overview.held == 1)
            .await;
        // Nothing has been heard of it from its platform yet.
        claims(&test, &execution_of(&promotion), state).await;
        test.tick(1).await;
        let still = test.promotion(&promotion.id).await;
        assert_eq!(still.state, State::Running, "{state}");
        assert_eq!(test.current(&prod()).await, None);
        test.simulator().release(&Release::default());
        test.at_rest().await;
        test.hear().await;
        let ended = test.promotion(&promotion.id).await;
        assert_eq!(ended.state, State::Succeeded, "{state}");
        assert_eq!(test.current(&prod()).await, Some(1));
    }
}

#[tokio::test]
async fn a_superseded_execution_fails_its_promotion() {
    let test = TestPortal::with_pipeline().await;
    test.script("Ship", held());
    let (first, second) = (
        test.registered(1, machine_time()).await,
        test.registered(2, machine_time()).await,
    );
    // Somebody else's execution is in the stage; the promotion's waits before it, until a newer one overtakes.
    test.start_by_hand(&second);
    test.eventually("the stage is held", |overview| overview.held == 1)
        .await;
    let promotion = test.promote(&first).await;
    test.start_by_hand(&second);
    let execution = execution_of(&promotion);
    for _ in 0..200 {
        if test.execution(&execution)["status"] == "Superseded" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    test.hear().await;
    let ended = test.promotion(&promotion.id).await;
    assert!(failed(&ended).contains("superseded"), "{}", failed(&ended));
    test.simulator().release(&Release::default());
}

#[tokio::test]
async fn a_stage_that_fails_fails_its_promotion_and_the_next_one_starts_anew() {
    let test = TestPortal::with_pipeline().await;
    test.script(
        "Ship",
        Behaviour {
            fail: Some("no space".to_owned()),
            ..Behaviour::default()
        },
    );
    let build = test.registered(1, machine_time()).await;
    let promotion = test.promote(&build).await;
    test.at_rest().await;
    test.hear().await;
    assert!(failed(&test.promotion(&promotion.id).await).contains("failed"));
    test.script("Ship", Behaviour::default());
    let next = test.promote(&build).await;
    test.at_rest().await;
    test.hear().await;
    assert_eq!(test.promotion(&next.id).await.state, State::Succeeded);
    assert_eq!(test.executions(), 2);
}

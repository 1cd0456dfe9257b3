//! Runs that end otherwise than well, and runs of which nothing is heard.

use domain::promotion::State;
use serde_json::json;
use simulator::{Behaviour, FaultKind, Release};

use crate::lock::{Lock, PIPELINE, execution_of, failed, held};

#[tokio::test]
async fn a_run_whose_events_are_lost_is_asked_after_ten_minutes_and_not_before() {
    let lock = Lock::new().await;
    let build = lock.build(1, None).await;
    let promotion = lock.promote(&build).await;
    lock.at_rest().await;
    lock.clock(9).await;
    assert_eq!(lock.promotion(&promotion.id).await.state, State::Running);
    lock.fault("GetPipelineExecution", FaultKind::ServiceFailed, 10);
    lock.clock(11).await;
    assert_eq!(lock.promotion(&promotion.id).await.state, State::Running);
    for _ in 0..4 {
        lock.clock(12).await;
    }
    assert_eq!(lock.promotion(&promotion.id).await.state, State::Succeeded);
    assert_eq!(lock.in_prod().await, Some(1));
}

#[tokio::test]
async fn a_stopped_execution_fails_its_promotion_heard_or_not() {
    for heard in [true, false] {
        let lock = Lock::new().await;
        lock.script("Ship", held());
        let build = lock.build(1, None).await;
        let promotion = lock.promote(&build).await;
        lock.eventually("the stage is held", |overview| overview.held == 1)
            .await;
        let stop = json!({"pipelineName": PIPELINE, "abandon": true,
            "pipelineExecutionId": execution_of(&promotion)});
        lock.simulator.call("StopPipelineExecution", &stop).unwrap();
        lock.at_rest().await;
        if heard {
            lock.hear().await;
        } else {
            lock.clock(11).await;
        }
        let ended = lock.promotion(&promotion.id).await;
        assert!(failed(&ended).contains("canceled"), "{}", failed(&ended));
        assert_eq!(lock.in_prod().await, None);
    }
}

#[tokio::test]
async fn a_superseded_execution_fails_its_promotion() {
    let lock = Lock::new().await;
    lock.script("Ship", held());
    let (first, second) = (lock.build(1, None).await, lock.build(2, None).await);
    // Somebody else's execution is in the stage; the promotion's waits before it, until a newer one overtakes.
    lock.start_by_hand(&second);
    lock.eventually("the stage is held", |overview| overview.held == 1)
        .await;
    let promotion = lock.promote(&first).await;
    lock.start_by_hand(&second);
    let execution = execution_of(&promotion);
    for _ in 0..200 {
        if lock.execution(&execution)["status"] == "Superseded" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    lock.hear().await;
    let ended = lock.promotion(&promotion.id).await;
    assert!(failed(&ended).contains("superseded"), "{}", failed(&ended));
    lock.simulator.release(&Release::default());
}

#[tokio::test]
async fn a_stage_that_fails_fails_its_promotion_and_the_next_one_starts_anew() {
    let lock = Lock::new().await;
    lock.script(
        "Ship",
        Behaviour {
            fail: Some("no room".to_owned()),
            ..Behaviour::default()
        },
    );
    let build = lock.build(1, None).await;
    let promotion = lock.promote(&build).await;
    lock.at_rest().await;
    lock.hear().await;
    assert!(failed(&lock.promotion(&promotion.id).await).contains("failed"));
    lock.script("Ship", Behaviour::default());
    let next = lock.promote(&build).await;
    lock.at_rest().await;
    lock.hear().await;
    assert_eq!(lock.promotion(&next.id).await.state, State::Succeeded);
    assert_eq!(lock.executions(), 2);
}

//! A hold on an environment while a pipeline is on its way there.

use api::holds::HoldRequest;
use domain::{hold::Held, promotion::State};
use jobs::Outcome;
use serde_json::json;
use simulator::Release;
use testkit::{
    TestPortal, ada, machine_time,
    pipeline::{deploy, held, source, target, towpath},
    prod,
};

async fn freeze(test: &TestPortal) -> Held {
    let stop = HoldRequest {
        environment: prod(),
        app: None,
        reason: "payments fail".to_owned(),
    };
    let frozen = test
        .portal
        .holds()
        .hold_environment(&ada(), stop, machine_time())
        .await;
    frozen.unwrap().hold.on
}

async fn lift(test: &TestPortal, on: &Held) {
    let lifted = test
        .portal
        .holds()
        .lift(&ada(), on, None, machine_time())
        .await;
    lifted.unwrap();
}

#[tokio::test]
async fn what_had_started_is_released_when_the_hold_is_lifted_and_not_before() {
    let test = TestPortal::with_pipeline().await;
    test.script("Ship", held());
    let build = test.registered(1, machine_time()).await;
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Running);
    let on = freeze(&test).await;
    test.simulator().release(&Release::default());
    test.at_rest().await;
    test.hear().await;
    test.tick(1).await;
    assert_eq!(test.promotion(&promotion.id).await.state, State::Running);
    assert_eq!(test.current(&prod()).await, None);
    lift(&test, &on).await;
    assert_eq!(test.promotion(&promotion.id).await.state, State::Succeeded);
    assert_eq!(test.current(&prod()).await, Some(1));
}

#[tokio::test]
async fn a_release_job_of_what_had_started_waits_until_the_hold_is_lifted() {
    let test = TestPortal::with_target(target(|_| {})).await;
    let stages = json!([source(), {"name": "Deploy", "actions": [deploy()]},
        {"name": "Done", "actions": [towpath("Release", "release")]}]);
    test.pipeline("SUPERSEDED", &stages);
    test.script("Ship", held());
    let build = test.registered(1, machine_time()).await;
    let promotion = test.promote(&build).await;
    let on = freeze(&test).await;
    test.simulator().release(&Release::default());
    let Outcome::Waits { why } = test.work(0).await else {
        panic!("released");
    };
    assert!(why.contains("prod is held"), "{why}");
    assert_eq!(test.current(&prod()).await, None);
    lift(&test, &on).await;
    assert!(matches!(test.work(0).await, Outcome::Released(_)));
    assert_eq!(test.promotion(&promotion.id).await.state, State::Succeeded);
    assert_eq!(test.current(&prod()).await, Some(1));
}

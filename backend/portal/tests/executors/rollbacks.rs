//! Back: by `CodePipeline`'s own rollback where it allows that, and by carrying the earlier build there anew where not.

use api::promotions::RollbackRequest;
use domain::promotion::{Promotion, State};
use simulator::FaultKind;
use testkit::{
    TestPortal, ada, machine_time,
    pipeline::{execution_of, failed, stages, target},
    prod, wallet,
};

async fn released(test: &TestPortal, number: u64) -> String {
    let build = test.registered(number, machine_time()).await;
    let promotion = test.promote(&build).await;
    test.at_rest().await;
    test.hear().await;
    assert_eq!(test.current(&prod()).await, Some(number));
    execution_of(&promotion)
}

async fn rolling_back(test: &TestPortal) -> Promotion {
    let request = RollbackRequest {
        build: None,
        reason: "it crashes at start".to_owned(),
        withdraw: false,
        bypass: None,
    };
    let asked = test
        .portal
        .promotions()
        .rollback(&ada(), &wallet(), &prod(), request, machine_time())
        .await;
    asked.unwrap().promotion
}

async fn rolled_back(test: &TestPortal) -> String {
    let promotion = rolling_back(test).await;
    assert_eq!(promotion.state, State::Running);
    test.at_rest().await;
    test.hear().await;
    assert_eq!(test.current(&prod()).await, Some(1));
    execution_of(&promotion)
}

#[tokio::test]
async fn a_stage_is_rolled_back_to_the_execution_that_released_the_build() {
    let test = TestPortal::with_target(target(|target| {
        target.rollback_stage = Some("Deploy".to_owned());
    }))
    .await;
    test.pipeline("SUPERSEDED", &stages());
    let first = released(&test, 1).await;
    released(&test, 2).await;
    let back = test.execution(&rolled_back(&test).await);
    assert_eq!(back["executionType"], "ROLLBACK");
    assert_eq!(
        back["rollbackMetadata"]["rollbackTargetPipelineExecutionId"],
        first
    );
}

#[tokio::test]
async fn where_codepipeline_cannot_roll_back_the_earlier_build_is_carried_there_anew() {
    for (mode, stage) in [("PARALLEL", Some("Deploy")), ("SUPERSEDED", None)] {
        let test = TestPortal::with_target(target(|target| {
            target.rollback_stage = stage.map(ToOwned::to_owned);
        }))
        .await;
        test.pipeline(mode, &stages());
        released(&test, 1).await;
        released(&test, 2).await;
        let back = test.execution(&rolled_back(&test).await);
        assert_eq!(back["executionType"], "STANDARD", "{mode}");
        let variables = back["variables"].as_array().unwrap();
        let version = variables.iter().find(|it| it["name"] == "version");
        assert_eq!(version.unwrap()["resolvedValue"], "1.0.1");
        assert_eq!(test.executions(), 3);
    }
}

#[tokio::test]
async fn a_rollback_that_iam_denies_fails_and_names_the_permission_instead_of_starting_an_execution()
 {
    let test = TestPortal::with_target(target(|target| {
        target.rollback_stage = Some("Deploy".to_owned());
    }))
    .await;
    test.pipeline("SUPERSEDED", &stages());
    released(&test, 1).await;
    released(&test, 2).await;
    test.fault("RollbackStage", FaultKind::Denied, 1);
    let promotion = rolling_back(&test).await;
    assert!(
        failed(&promotion).contains("the permission codepipeline:RollbackStage is missing"),
        "{promotion:?}"
    );
    assert_eq!(test.executions(), 2);
    assert_eq!(test.current(&prod()).await, Some(2));
}

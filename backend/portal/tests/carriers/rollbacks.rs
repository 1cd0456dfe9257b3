//! Back: by `CodePipeline`'s own rollback where it allows that, and by carrying the earlier build there anew where not.

use domain::promotion::{Promotion, State};
use portal::promotion::RollbackRequest;
use simulator::FaultKind;

use crate::lock::{Lock, ada, execution_of, failed, now, prod, stages, target, wallet};

async fn released(lock: &Lock, number: u64) -> String {
    let build = lock.build(number, None).await;
    let promotion = lock.promote(&build).await;
    lock.at_rest().await;
    lock.hear().await;
    assert_eq!(lock.in_prod().await, Some(number));
    execution_of(&promotion)
}

async fn rolling_back(lock: &Lock) -> Promotion {
    let request = RollbackRequest {
        build: None,
        reason: "it crashes at start".to_owned(),
        withdraw: false,
        bypass: None,
    };
    let asked = lock
        .portal
        .rollback(&ada(), &wallet(), &prod(), request, now())
        .await;
    asked.unwrap().promotion
}

async fn rolled_back(lock: &Lock) -> String {
    let promotion = rolling_back(lock).await;
    assert_eq!(promotion.state, State::Running);
    lock.at_rest().await;
    lock.hear().await;
    assert_eq!(lock.in_prod().await, Some(1));
    execution_of(&promotion)
}

#[tokio::test]
async fn a_stage_is_rolled_back_to_the_execution_that_released_the_build() {
    let lock = Lock::with(target(|target| {
        target.rollback_stage = Some("Deploy".to_owned());
    }))
    .await;
    lock.pipeline("SUPERSEDED", &stages());
    let first = released(&lock, 1).await;
    released(&lock, 2).await;
    let back = lock.execution(&rolled_back(&lock).await);
    assert_eq!(back["executionType"], "ROLLBACK");
    assert_eq!(
        back["rollbackMetadata"]["rollbackTargetPipelineExecutionId"],
        first
    );
}

#[tokio::test]
async fn where_codepipeline_cannot_roll_back_the_earlier_build_is_carried_there_anew() {
    for (mode, stage) in [("PARALLEL", Some("Deploy")), ("SUPERSEDED", None)] {
        let lock = Lock::with(target(|target| {
            target.rollback_stage = stage.map(ToOwned::to_owned);
        }))
        .await;
        lock.pipeline(mode, &stages());
        released(&lock, 1).await;
        released(&lock, 2).await;
        let back = lock.execution(&rolled_back(&lock).await);
        assert_eq!(back["executionType"], "STANDARD", "{mode}");
        let variables = back["variables"].as_array().unwrap();
        let version = variables.iter().find(|it| it["name"] == "version");
        assert_eq!(version.unwrap()["resolvedValue"], "1.0.1");
        assert_eq!(lock.executions(), 3);
    }
}

#[tokio::test]
async fn a_rollback_that_iam_denies_fails_and_names_the_permission_instead_of_starting_an_execution()
 {
    let lock = Lock::with(target(|target| {
        target.rollback_stage = Some("Deploy".to_owned());
    }))
    .await;
    lock.pipeline("SUPERSEDED", &stages());
    released(&lock, 1).await;
    released(&lock, 2).await;
    lock.fault("RollbackStage", FaultKind::Denied, 1);
    let promotion = rolling_back(&lock).await;
    assert!(
        failed(&promotion).contains("the permission codepipeline:RollbackStage is missing"),
        "{promotion:?}"
    );
    assert_eq!(lock.executions(), 2);
    assert_eq!(lock.in_prod().await, Some(2));
}

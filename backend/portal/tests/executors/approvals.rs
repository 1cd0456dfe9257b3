//! Approvals go to the execution that carries the build, and to no other.

use domain::{
    build::Build,
    known::Known,
    path::{Start, Target},
    promotion::State,
};
use serde_json::{Value, json};
use simulator::FaultKind;
use testkit::{
    TestPortal, dev, machine_time,
    pipeline::{PIPELINE, deploy, execution_of, failed, run_of, source, target, text},
    records,
};

fn by_approval() -> Target {
    target(|target| {
        target.start = Start::Approval {
            stage: "Release".to_owned(),
            action: "Ask".to_owned(),
        };
    })
}

fn stages() -> Value {
    let ask = json!({"name": "Ask",
        "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}});
    let mut ship = deploy();
    ship["runOrder"] = 2.into();
    json!([source(), {"name": "Release", "actions": [ask, ship]}])
}

async fn waiting(mode: &str) -> (TestPortal, String) {
    let test = TestPortal::with_target(by_approval()).await;
    test.pipeline(mode, &stages());
    let started = test
        .simulator()
        .call("StartPipelineExecution", &json!({"name": PIPELINE}));
    let execution = text(&started.unwrap()["pipelineExecutionId"]);
    for _ in 0..500 {
        if !approvals(&test, &execution).is_empty() {
            return (test, execution);
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("in vain: an approval that waits");
}

/// The executions of the approval action in an execution, the newest first.
fn approvals(test: &TestPortal, execution: &str) -> Vec<Value> {
    let input = json!({"pipelineName": PIPELINE, "filter": {"pipelineExecutionId": execution}});
    let found = test
        .simulator()
        .call("ListActionExecutions", &input)
        .unwrap();
    let found = found["actionExecutionDetails"].as_array().unwrap().clone();
    let is_ask = |run: &Value| run["actionName"] == "Ask";
    found.into_iter().filter(is_ask).collect()
}

#[tokio::test]
async fn an_approval_that_waits_is_given_to_the_execution_that_made_the_build() {
    for mode in ["SUPERSEDED", "QUEUED", "PARALLEL"] {
        let (test, execution) = waiting(mode).await;
        let build = test
            .registered_by(1, machine_time(), Some(run_of(&execution)))
            .await;
        let promotion = test.promote(&build).await;
        assert_eq!(promotion.state, State::Running, "{mode}");
        assert_eq!(execution_of(&promotion), execution);
        let said = &approvals(&test, &execution)[0]["output"]["executionResult"];
        let said = text(&said["externalExecutionSummary"]);
        assert!(said.contains(promotion.id.as_str()), "{said}");
        test.at_rest().await;
        test.hear().await;
        assert_eq!(test.promotion(&promotion.id).await.state, State::Succeeded);
        assert_eq!(test.executions(), 1);
    }
}

#[tokio::test]
async fn a_lost_answer_to_an_approval_is_found_and_a_lost_call_is_made_when_it_is_looked_for() {
    for kind in [FaultKind::AnswerLost, FaultKind::CallLost] {
        let (test, execution) = waiting("SUPERSEDED").await;
        let build = test
            .registered_by(1, machine_time(), Some(run_of(&execution)))
            .await;
        test.fault("PutApprovalResult", kind, 1);
        let promotion = test.promote(&build).await;
        assert_eq!(promotion.state, State::Starting, "{kind:?}");
        test.tick(1).await;
        test.at_rest().await;
        test.hear().await;
        assert_eq!(test.promotion(&promotion.id).await.state, State::Succeeded);
        assert_eq!(approvals(&test, &execution).len(), 1);
    }
}

#[tokio::test]
async fn an_approval_is_never_given_to_an_execution_with_other_bytes() {
    let (test, _) = waiting("SUPERSEDED").await;
    let build = test.registered(1, machine_time()).await;
    is_given_no_approval(&test, &build).await;
}

#[tokio::test]
async fn an_approval_is_never_given_to_an_execution_that_merely_claims_the_build() {
    let (test, execution) = waiting("SUPERSEDED").await;
    let mut build = records::build(1, machine_time());
    build.run = Some(run_of(&execution));
    build.origin.run = Known::Claimed;
    test.puts(&build, &dev()).await;
    is_given_no_approval(&test, &build).await;
}

/// Promotes a build in vain: the approval goes on waiting.
async fn is_given_no_approval(test: &TestPortal, build: &Build) {
    let promotion = test.promote(build).await;
    assert!(
        failed(&promotion).contains("carries build 1"),
        "{}",
        failed(&promotion)
    );
    let state = test
        .simulator()
        .call("GetPipelineState", &json!({"name": PIPELINE}));
    let ask = &state.unwrap()["stageStates"][1]["actionStates"][0]["latestExecution"];
    assert_eq!(ask["status"], "InProgress");
}

#[tokio::test]
async fn an_approval_that_somebody_rejected_is_retried_by_the_next_promotion() {
    let (test, execution) = waiting("SUPERSEDED").await;
    let build = test
        .registered_by(1, machine_time(), Some(run_of(&execution)))
        .await;
    let state = test
        .simulator()
        .call("GetPipelineState", &json!({"name": PIPELINE}));
    let token = &state.unwrap()["stageStates"][1]["actionStates"][0]["latestExecution"]["token"];
    let rejected = json!({"pipelineName": PIPELINE, "stageName": "Release", "actionName": "Ask", "token": token,
        "result": {"status": "Rejected", "summary": "not before lunch"}});
    test.simulator()
        .call("PutApprovalResult", &rejected)
        .unwrap();
    test.at_rest().await;
    test.hear().await;

    let promotion = test.promote(&build).await;
    let promotion = match promotion.state {
        // The retried stage takes a moment to come to its approval.
        State::Starting => {
            test.eventually("the approval waits", |overview| !overview.idle)
                .await;
            test.tick(1).await;
            test.promotion(&promotion.id).await
        }
        _ => promotion,
    };
    assert_eq!(promotion.state, State::Running);
    test.at_rest().await;
    test.hear().await;
    assert_eq!(test.promotion(&promotion.id).await.state, State::Succeeded);
    assert_eq!(approvals(&test, &execution).len(), 2);
}

#[tokio::test]
async fn a_promotion_whose_approval_is_rejected_while_it_starts_fails_with_what_was_said() {
    let (test, execution) = waiting("SUPERSEDED").await;
    let build = test
        .registered_by(1, machine_time(), Some(run_of(&execution)))
        .await;
    test.fault("PutApprovalResult", FaultKind::CallLost, 1);
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Starting);
    let run = &approvals(&test, &execution)[0];
    let state = test
        .simulator()
        .call("GetPipelineState", &json!({"name": PIPELINE}));
    let token = &state.unwrap()["stageStates"][1]["actionStates"][0]["latestExecution"]["token"];
    assert_eq!(run["status"], "InProgress");
    let rejected = json!({"pipelineName": PIPELINE, "stageName": "Release", "actionName": "Ask", "token": token,
        "result": {"status": "Rejected", "summary": "not before lunch"}});
    test.simulator()
        .call("PutApprovalResult", &rejected)
        .unwrap();
    test.at_rest().await;
    test.tick(1).await;
    let ended = test.promotion(&promotion.id).await;
    assert!(
        failed(&ended).contains("not before lunch"),
        "{}",
        failed(&ended)
    );
}

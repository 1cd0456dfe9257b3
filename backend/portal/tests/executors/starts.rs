//! A pipeline is started once, whatever becomes of the answer.

use domain::{path::SourceRevision, promotion::State};
use simulator::FaultKind;
use testkit::{
    TestPortal, machine_time,
    pipeline::{execution_of, failed, stages, target},
    prod,
};

#[tokio::test]
async fn a_promotion_starts_the_pipeline_with_what_it_is_about_and_ends_with_its_run() {
    let test = TestPortal::with_pipeline().await;
    let build = test.registered(7, machine_time()).await;
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Running);
    let execution = test.execution(&execution_of(&promotion));
    let variables = execution["variables"].as_array().unwrap();
    let value = |name: &str| {
        let found = variables.iter().find(|it| it["name"] == name);
        found.unwrap()["resolvedValue"].as_str().unwrap()
    };
    assert_eq!(value("promotion"), promotion.id.as_str());
    assert_eq!(value("build"), build.id.as_str());
    assert_eq!(value("version"), "1.0.7");
    assert_eq!(value("sha256"), build.artifacts[0].digest.to_string());
    assert_eq!(value("digests"), build.artifacts[0].digest.to_string());
    assert_eq!(test.current(&prod()).await, None);

    test.at_rest().await;
    test.hear().await;
    assert_eq!(test.promotion(&promotion.id).await.state, State::Succeeded);
    assert_eq!(test.current(&prod()).await, Some(7));
    assert_eq!(test.executions(), 1);
}

#[tokio::test]
async fn source_actions_get_the_builds_own_commit() {
    let test = TestPortal::with_target(target(|target| {
        target.source_revisions = vec![SourceRevision {
            action: "Fetch".to_owned(),
            kind: "COMMIT_ID".to_owned(),
        }];
    }))
    .await;
    test.pipeline("SUPERSEDED", &stages());
    let build = test.registered(7, machine_time()).await;
    let commit = build.revision.as_ref().unwrap().commit.clone();
    for id in [commit.clone(), "f".repeat(40)] {
        let push = serde_json::json!({"repository": "wallet", "branch": "main",
            "commit": {"id": id, "message": "Lift the boat"}});
        let push = serde_json::from_value(push).unwrap();
        test.simulator().push(&push).unwrap();
    }
    let promotion = test.promote(&build).await;
    test.at_rest().await;
    let execution = test.execution(&execution_of(&promotion));
    assert_eq!(execution["artifactRevisions"][0]["revisionId"], commit);
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_call_took_effect_is_found_again_and_nothing_starts_twice()
{
    let test = TestPortal::with_pipeline().await;
    let build = test.registered(1, machine_time()).await;
    test.fault("StartPipelineExecution", FaultKind::AnswerLost, 1);
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Starting);
    assert_eq!(test.executions(), 1);

    test.tick(0).await;
    let found = test.promotion(&promotion.id).await;
    assert_eq!(found.state, State::Running);
    let execution = test.execution(&execution_of(&found));
    let variables = execution["variables"].as_array().unwrap();
    let own = variables.iter().find(|it| it["name"] == "promotion");
    assert_eq!(own.unwrap()["resolvedValue"], promotion.id.as_str());
    test.at_rest().await;
    test.hear().await;
    assert_eq!(test.promotion(&promotion.id).await.state, State::Succeeded);
    assert_eq!(test.executions(), 1);
}

#[tokio::test]
async fn a_call_that_is_lost_is_not_made_again_and_ends_where_people_see_why() {
    for kind in [FaultKind::CallLost, FaultKind::ServiceFailed] {
        let test = TestPortal::with_pipeline().await;
        let build = test.registered(1, machine_time()).await;
        test.fault("StartPipelineExecution", kind, 1);
        let promotion = test.promote(&build).await;
        assert_eq!(promotion.state, State::Starting, "{kind:?}");
        test.tick(5).await;
        assert_eq!(test.promotion(&promotion.id).await.state, State::Starting);
        test.tick(11).await;
        let ended = test.promotion(&promotion.id).await;
        assert!(failed(&ended).contains("no execution of the pipeline wallet-prod"));
        assert_eq!(test.executions(), 0);
    }
}

#[tokio::test]
async fn a_throttled_call_is_made_again_for_nothing_was_done() {
    let test = TestPortal::with_pipeline().await;
    let build = test.registered(1, machine_time()).await;
    test.fault("StartPipelineExecution", FaultKind::Throttled, 2);
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Running);
    assert_eq!(test.executions(), 1);
}

#[tokio::test]
async fn a_codepipeline_that_throttles_on_and_on_is_a_failure_that_says_so() {
    let test = TestPortal::with_pipeline().await;
    let build = test.registered(1, machine_time()).await;
    test.fault("StartPipelineExecution", FaultKind::Throttled, 5);
    let promotion = test.promote(&build).await;
    assert!(
        failed(&promotion).contains("too much to do"),
        "{promotion:?}"
    );
    assert!(failed(&promotion).contains("later"));
    let again = test.promote(&build).await;
    assert_eq!(again.state, State::Running);
    assert_eq!(test.executions(), 1);
}

#[tokio::test]
async fn what_codepipeline_refuses_fails_with_its_own_words() {
    let test = TestPortal::with_target(target(|_| {})).await;
    let build = test.registered(1, machine_time()).await;
    let promotion = test.promote(&build).await;
    assert!(failed(&promotion).contains("does not have a pipeline with name 'wallet-prod'"));
    assert!(failed(&promotion).contains("ask for the promotion again"));
}

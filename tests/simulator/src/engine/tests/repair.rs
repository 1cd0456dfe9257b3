//! Stopping, retrying, rolling back and approving.

use serde_json::json;

use super::{Story, action};

#[test]
fn stopping_waits_for_the_action_at_work() {
    let mut story = Story::of_three_stages("SUPERSEDED");
    let id = story.start();
    story.stop(&id, false).unwrap();
    assert_eq!(story.status(&id), "Stopping");
    assert_eq!(
        story.stop(&id, false).unwrap_err().code,
        "DuplicatedStopRequestException"
    );
    story.succeed(&id, "Fetch");
    assert_eq!(story.status(&id), "Stopped");
    assert_eq!(
        story.told(&id)[3..],
        [
            "pipeline STOPPING",
            "Source STOPPING",
            "Source/Fetch SUCCEEDED",
            "Source STOPPED",
            "pipeline STOPPED"
        ]
    );
    assert_eq!(
        story.stop(&id, true).unwrap_err().code,
        "PipelineExecutionNotStoppableException"
    );
}

#[test]
fn stopping_at_once_abandons_the_action_and_what_it_says_later() {
    let mut story = Story::of_three_stages("SUPERSEDED");
    let id = story.start();
    let task = story.tasks[0].clone();
    story.stop(&id, true).unwrap();
    assert_eq!(story.status(&id), "Stopped");
    assert_eq!(story.cancelled, std::slice::from_ref(&task.id));
    assert!(
        story
            .told(&id)
            .contains(&"Source/Fetch ABANDONED".to_owned())
    );
    let stopping = story
        .events
        .iter()
        .find(|event| event["detail"]["state"] == "STOPPING")
        .unwrap();
    assert_eq!(stopping["detail"]["stop-execution-comments"], "enough");
    let before = story.events.len();
    story.change(|engine, now| engine.finish(&task.id, super::ActionResult::default(), now));
    assert_eq!(story.events.len(), before);
}

#[test]
fn a_retry_runs_only_what_failed_under_the_same_id_as_the_next_attempt() {
    let mut story = Story::with(
        "SUPERSEDED",
        &json!([
            { "name": "Source", "actions": [action("Fetch", "Source", "CodeCommit", 1)] },
            { "name": "Build", "actions": [
                action("Arm", "Build", "CodeBuild", 1),
                action("Intel", "Build", "CodeBuild", 1),
                action("Sign", "Build", "CodeBuild", 2),
            ] },
        ]),
    );
    let id = story.start();
    story.succeed(&id, "Fetch");
    story.fail(&id, "Arm");
    story.succeed(&id, "Intel");
    story.retry(&id, "Build", false).unwrap();
    assert_eq!(story.at_work(&id), ["Arm"]);
    story.succeed(&id, "Arm");
    assert_eq!(story.at_work(&id), ["Sign"]);
    story.succeed(&id, "Sign");
    assert_eq!(story.status(&id), "Succeeded");
    let resumed: Vec<_> = story
        .events
        .iter()
        .filter(|event| event["detail"]["state"] == "RESUMED")
        .collect();
    assert_eq!(resumed.len(), 2, "pipeline and stage");
    assert_eq!(
        resumed[0]["detail"]["pipeline-execution-attempt"].to_string(),
        "2.0"
    );
    assert!(resumed[1]["detail"]["stage-last-retry-attempt-time"].is_string());
}

#[test]
fn a_retry_of_all_actions_starts_the_stage_from_its_beginning() {
    let mut story = Story::with(
        "SUPERSEDED",
        &json!([
            { "name": "Source", "actions": [action("Fetch", "Source", "CodeCommit", 1)] },
            { "name": "Build", "actions": [
                action("Compile", "Build", "CodeBuild", 1),
                action("Sign", "Build", "CodeBuild", 2),
            ] },
        ]),
    );
    let id = story.start();
    story.succeed(&id, "Fetch");
    story.succeed(&id, "Compile");
    story.fail(&id, "Sign");
    story.retry(&id, "Build", true).unwrap();
    assert_eq!(story.at_work(&id), ["Compile"]);
}

#[test]
fn only_a_failed_stage_of_the_latest_execution_can_be_retried() {
    let mut story = Story::of_three_stages("SUPERSEDED");
    let first = story.start();
    story.succeed(&first, "Fetch");
    assert_eq!(
        story.retry(&first, "Build", false).unwrap_err().code,
        "StageNotRetryableException"
    );
    story.fail(&first, "Compile");
    assert_eq!(
        story.retry(&first, "Source", false).unwrap_err().code,
        "StageNotRetryableException"
    );
    assert_eq!(
        story.retry(&first, "Moon", false).unwrap_err().code,
        "StageNotFoundException"
    );
    let second = story.start();
    story.succeed(&second, "Fetch");
    let error = story.retry(&first, "Build", false).unwrap_err();
    assert_eq!(error.code, "NotLatestPipelineExecutionException");
}

#[test]
fn a_rollback_runs_the_one_stage_with_what_the_target_had() {
    let mut story = Story::of_three_stages("SUPERSEDED");
    let old = story.start();
    story.succeed_with(&old, "Fetch", &[("CommitId", "old")]);
    story.succeed(&old, "Compile");
    story.succeed(&old, "Ship");
    let new = story.start();
    story.succeed_with(&new, "Fetch", &[("CommitId", "new")]);
    story.succeed(&new, "Compile");
    story.succeed(&new, "Ship");
    let rollback = story.roll_back("Deploy", &old).unwrap();
    assert_eq!(
        story.execution(&rollback).namespaces["Fetch"]["CommitId"],
        "old"
    );
    assert_eq!(story.at_work(&rollback), ["Ship"]);
    story.succeed(&rollback, "Ship");
    assert_eq!(story.status(&rollback), "Succeeded");
    assert_eq!(
        story.roll_back("Deploy", &rollback).unwrap_err().code,
        "UnableToRollbackStageException"
    );
}

#[test]
fn a_rollback_needs_a_target_that_succeeded_in_a_stage_after_the_source() {
    let mut story = Story::of_three_stages("SUPERSEDED");
    let id = story.start();
    story.succeed(&id, "Fetch");
    story.fail(&id, "Compile");
    for (stage, code) in [
        ("Source", "UnableToRollbackStageException"),
        ("Build", "UnableToRollbackStageException"),
        ("Moon", "StageNotFoundException"),
    ] {
        assert_eq!(
            story.roll_back(stage, &id).unwrap_err().code,
            code,
            "{stage}"
        );
    }
    let nobody = "00000000-0000-0000-0000-000000000000";
    assert_eq!(
        story.roll_back("Build", nobody).unwrap_err().code,
        "PipelineExecutionNotFoundException"
    );
    let mut parallel = Story::of_three_stages("PARALLEL");
    let id = parallel.start();
    for action in ["Fetch", "Compile", "Ship"] {
        parallel.succeed(&id, action);
    }
    assert_eq!(
        parallel.roll_back("Deploy", &id).unwrap_err().code,
        "UnableToRollbackStageException"
    );
}

fn gated() -> Story {
    Story::with(
        "SUPERSEDED",
        &json!([
            { "name": "Source", "actions": [action("Fetch", "Source", "CodeCommit", 1)] },
            { "name": "Gate", "actions": [action("Ask", "Approval", "Manual", 1)] },
        ]),
    )
}

#[test]
fn an_approval_is_given_once_and_only_with_its_own_token() {
    let mut story = gated();
    let id = story.start();
    story.succeed(&id, "Fetch");
    let token = story.execution(&id).actions[1].token.clone().unwrap();
    let other = "00000000-0000-0000-0000-000000000000";
    assert_eq!(
        story.approve(other, true).unwrap_err().code,
        "InvalidApprovalTokenException"
    );
    story.approve(&token, true).unwrap();
    assert_eq!(story.status(&id), "Succeeded");
    assert_eq!(
        story.approve(&token, false).unwrap_err().code,
        "ApprovalAlreadyCompletedException"
    );
}

#[test]
fn a_rejection_fails_the_execution_with_the_reason() {
    let mut story = gated();
    let id = story.start();
    story.succeed(&id, "Fetch");
    let token = story.execution(&id).actions[1].token.clone().unwrap();
    story.approve(&token, false).unwrap();
    assert_eq!(story.status(&id), "Failed");
    let failed = story
        .events
        .iter()
        .find(|event| event["detail"]["state"] == "FAILED")
        .unwrap();
    assert_eq!(failed["detail"]["type"]["category"], "Approval");
    assert_eq!(
        failed["detail"]["execution-result"]["external-execution-summary"],
        "looked at it"
    );
}

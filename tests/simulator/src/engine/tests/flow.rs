//! One execution on its way.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Story, action};

#[test]
fn an_execution_goes_through_its_stages_and_tells_of_each_step() {
    let mut story = Story::of_three_stages("SUPERSEDED");
    let id = story.start();
    story.succeed(&id, "Fetch");
    story.succeed(&id, "Compile");
    story.succeed(&id, "Ship");
    assert_eq!(story.status(&id), "Succeeded");
    assert_eq!(
        story.told(&id),
        [
            "pipeline STARTED",
            "Source STARTED",
            "Source/Fetch STARTED",
            "Source/Fetch SUCCEEDED",
            "Source SUCCEEDED",
            "Build STARTED",
            "Build/Compile STARTED",
            "Build/Compile SUCCEEDED",
            "Build SUCCEEDED",
            "Deploy STARTED",
            "Deploy/Ship STARTED",
            "Deploy/Ship SUCCEEDED",
            "Deploy SUCCEEDED",
            "pipeline SUCCEEDED",
        ]
    );
}

#[test]
fn actions_of_one_run_order_work_together_and_the_next_order_waits_for_all() {
    let mut story = Story::with(
        "SUPERSEDED",
        &json!([
            { "name": "Source", "actions": [action("Fetch", "Source", "CodeCommit", 1)] },
            { "name": "Build", "actions": [
                action("Sign", "Build", "CodeBuild", 2),
                action("Arm", "Build", "CodeBuild", 1),
                action("Intel", "Build", "CodeBuild", 1),
            ] },
        ]),
    );
    let id = story.start();
    story.succeed(&id, "Fetch");
    assert_eq!(story.at_work(&id), ["Arm", "Intel"]);
    story.succeed(&id, "Intel");
    assert_eq!(story.at_work(&id), ["Arm"]);
    story.succeed(&id, "Arm");
    assert_eq!(story.at_work(&id), ["Sign"]);
}

#[test]
fn a_failure_lets_its_neighbours_finish_and_then_ends_stage_and_execution() {
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
    assert_eq!(story.status(&id), "InProgress");
    story.succeed(&id, "Intel");
    assert_eq!(story.status(&id), "Failed");
    assert!(story.at_work(&id).is_empty());
    assert_eq!(
        story.told(&id)[9..],
        ["Build/Intel SUCCEEDED", "Build FAILED", "pipeline FAILED"]
    );
}

#[test]
fn variables_of_the_execution_and_of_earlier_actions_are_filled_in() {
    let mut ship = action("Ship", "Deploy", "CodeDeploy", 1);
    ship["configuration"] = json!({
        "UserParameters": "#{codepipeline.PipelineExecutionId} #{variables.flavour} #{Fetch.CommitId} #not {a} reference",
    });
    let mut story = Story::with(
        "SUPERSEDED",
        &json!([
            { "name": "Source", "actions": [action("Fetch", "Source", "CodeCommit", 1)] },
            { "name": "Deploy", "actions": [ship] },
        ]),
    );
    let flavour = BTreeMap::from([("flavour".to_owned(), "sweet".to_owned())]);
    let id = story.start_with(&flavour).unwrap();
    story.succeed_with(&id, "Fetch", &[("CommitId", "abc")]);
    let task = story.take(&id, "Ship");
    assert_eq!(
        task.configuration["UserParameters"],
        format!("{id} sweet abc #not {{a}} reference")
    );
}

#[test]
fn a_reference_to_nothing_fails_the_action_with_its_name() {
    let mut ship = action("Ship", "Deploy", "CodeDeploy", 1);
    ship["configuration"] = json!({ "UserParameters": "#{Fetch.Weather}" });
    let mut story = Story::with(
        "SUPERSEDED",
        &json!([
            { "name": "Source", "actions": [action("Fetch", "Source", "CodeCommit", 1)] },
            { "name": "Deploy", "actions": [ship] },
        ]),
    );
    let id = story.start();
    story.succeed(&id, "Fetch");
    assert_eq!(story.status(&id), "Failed");
    let (code, message) = story.execution(&id).actions[1]
        .result
        .error
        .clone()
        .unwrap();
    assert_eq!(code, "ConfigurationError");
    assert!(message.contains("#{Fetch.Weather}"), "{message}");
}

#[test]
fn a_variable_that_the_pipeline_does_not_declare_is_refused() {
    let mut story = Story::of_three_stages("QUEUED");
    let unknown = BTreeMap::from([("taste".to_owned(), "sour".to_owned())]);
    assert_eq!(
        story.start_with(&unknown).unwrap_err().code,
        "ValidationException"
    );
    assert!(story.events.is_empty());
}

#[test]
fn events_have_the_shape_of_the_samples() {
    let mut story = Story::of_three_stages("SUPERSEDED");
    let id = story.start();
    story.fail(&id, "Fetch");
    let started = &story.events[0];
    assert_eq!(started["source"], "aws.codepipeline");
    assert_eq!(
        started["detail-type"],
        "CodePipeline Pipeline Execution State Change"
    );
    assert_eq!(
        started["resources"],
        json!(["arn:aws:codepipeline:eu-west-1:123456789012:wallet"])
    );
    assert_eq!(started["time"], "2026-11-21T09:00:01Z");
    let detail = &started["detail"];
    assert_eq!(detail["pipeline-execution-attempt"].to_string(), "1.0");
    assert_eq!(detail["version"].to_string(), "1.0");
    assert_eq!(
        detail["execution-trigger"]["trigger-type"],
        "StartPipelineExecution"
    );
    let failed = story
        .events
        .iter()
        .find(|event| event["detail"]["state"] == "FAILED")
        .unwrap();
    let result = json!({ "external-execution-summary": "it broke", "error-code": "JobFailed" });
    assert_eq!(failed["detail"]["execution-result"], result);
    assert_eq!(failed["detail"]["type"]["category"], "Source");
}

//! The pipelines of the demonstration, as a team would declare them.

use serde_json::{Value, json};
use simulator::Simulator;

use crate::error::DemoError;

/// The branch that everything is built from.
pub const BRANCH: &str = "main";

/// A pipeline that no app claims.
pub const UNASSIGNED: &str = "tools-nightly";

/// The pipeline that a promotion of Appium Settings to production starts.
pub const RELEASING: &str = "appium-release";

const APPS: [&str; 2] = ["appium", "apidemos"];
const ENVIRONMENTS: [&str; 3] = ["dev", "preprod", "prod"];

/// The repository that a pipeline builds.
pub fn repository(pipeline: &str) -> String {
    let app = pipeline.split('-').next().unwrap_or(pipeline);
    format!("towpath/{app}")
}

/// Every pipeline's name.
pub fn names() -> Vec<String> {
    let fed = APPS.iter().flat_map(|app| {
        ENVIRONMENTS
            .iter()
            .map(move |environment| format!("{app}-{environment}"))
    });
    fed.chain([RELEASING, UNASSIGNED].map(str::to_owned))
        .collect()
}

/// Declares them all.
pub fn declare(simulator: &Simulator) -> Result<(), DemoError> {
    for app in APPS {
        for environment in ENVIRONMENTS {
            create(simulator, &feeding(app, environment))?;
        }
    }
    create(simulator, &releasing())?;
    create(simulator, &nightly())
}

fn create(simulator: &Simulator, pipeline: &Value) -> Result<(), DemoError> {
    simulator
        .call("CreatePipeline", &json!({ "pipeline": pipeline }))
        .map(|_| ())
        .map_err(|source| DemoError::Refused {
            operation: "CreatePipeline".to_owned(),
            source,
        })
}

fn feeding(app: &str, environment: &str) -> Value {
    let name = format!("{app}-{environment}");
    let mut stages = vec![
        json!({ "name": "Source", "actions": [source(&name)] }),
        json!({ "name": "Build", "actions": [
            codebuild("Package", "Build", app, "SourceArtifact", Some("PackageArtifact"))
        ] }),
        json!({ "name": "Test", "actions": [codebuild("UnitTests", "Test", app, "SourceArtifact", None)] }),
    ];
    if environment == "prod" {
        let kind = action_type("Approval", "Manual");
        stages.push(json!({ "name": "Approve", "actions": [{ "name": "ReleaseManager", "actionTypeId": kind }] }));
    }
    // Further on builds come by promotion: the pipelines there try the release branch out.
    if environment == "dev" {
        stages.push(json!({ "name": "Release", "actions": [register(app, environment)] }));
    }
    declaration(&name, &stages)
}

/// Deploys what a promotion names: the gate opens for whom the portal has let through, and the portal hears of the end.
fn releasing() -> Value {
    let moves = |task: &str| {
        json!({
            "do": task,
            "app": "appium",
            "environment": "prod",
            "build": "#{variables.build}",
            "promotion": "#{variables.promotion}",
        })
    };
    let stages = [
        json!({ "name": "Source", "actions": [source(RELEASING)] }),
        json!({ "name": "Gate", "actions": [invoke("Gate", &moves("gate"), &[])] }),
        json!({ "name": "Deploy", "actions": [codebuild("Upload", "Build", "appium", "SourceArtifact", None)] }),
        json!({ "name": "Release", "actions": [invoke("Release", &moves("release"), &[])] }),
    ];
    let mut declared = declaration(RELEASING, &stages);
    // CodePipeline takes no empty value.
    let variable = |name: &str| json!({ "name": name, "defaultValue": " " });
    declared["variables"] = ["promotion", "build", "version", "sha256", "digests"]
        .map(variable)
        .into();
    declared
}

fn nightly() -> Value {
    let stages = [
        json!({ "name": "Source", "actions": [source(UNASSIGNED)] }),
        json!({ "name": "Build", "actions": [codebuild("Image", "Build", "tools", "SourceArtifact", None)] }),
    ];
    declaration(UNASSIGNED, &stages)
}

fn declaration(name: &str, stages: &[Value]) -> Value {
    json!({
        "name": name,
        "roleArn": "arn:aws:iam::123456789012:role/demonstration",
        "artifactStore": { "type": "S3", "location": crate::portal::ARTIFACTS },
        "pipelineType": "V2",
        "executionMode": "QUEUED",
        "stages": stages,
    })
}

fn action_type(category: &str, provider: &str) -> Value {
    json!({ "category": category, "owner": "AWS", "provider": provider, "version": "1" })
}

fn source(pipeline: &str) -> Value {
    json!({
        "name": "Source",
        "namespace": "Source",
        "actionTypeId": action_type("Source", "CodeStarSourceConnection"),
        "configuration": {
            "ConnectionArn": "arn:aws:codeconnections:eu-west-1:123456789012:connection/0f5b706a-1a1d-46c5-86b6-f177321bcfb2",
            "FullRepositoryId": repository(pipeline),
            "BranchName": BRANCH,
        },
        "outputArtifacts": [{ "name": "SourceArtifact" }],
    })
}

fn codebuild(name: &str, category: &str, app: &str, input: &str, output: Option<&str>) -> Value {
    json!({
        "name": name,
        "actionTypeId": action_type(category, "CodeBuild"),
        "configuration": { "ProjectName": format!("{app}-{}", name.to_lowercase()) },
        "inputArtifacts": [{ "name": input }],
        "outputArtifacts": output.map(|name| json!({ "name": name })).into_iter().collect::<Vec<_>>(),
    })
}

/// The one action that concerns the portal: register what was built, and release it.
fn register(app: &str, environment: &str) -> Value {
    let parameters = json!({
        "do": "register",
        "app": app,
        "environment": environment,
    });
    let mut action = invoke("Register", &parameters, &["PackageArtifact"]);
    action["namespace"] = "Registered".into();
    action
}

/// An action that the portal answers.
fn invoke(name: &str, parameters: &Value, inputs: &[&str]) -> Value {
    let inputs: Vec<Value> = inputs.iter().map(|name| json!({ "name": name })).collect();
    json!({
        "name": name,
        "actionTypeId": action_type("Invoke", "Lambda"),
        "configuration": { "FunctionName": crate::portal::FUNCTION, "UserParameters": parameters.to_string() },
        "inputArtifacts": inputs,
    })
}

//! Jobs of pipelines that towpath.toml does not name for what they ask, and jobs of which `CodePipeline` does not say what
//! they are of.

use domain::{
    build::Build,
    path::{ApprovalRule, Gates},
    promotion::State,
};
use jobs::{Error, Outcome, Work};
use serde_json::{Value, json};
use simulator::FaultKind;
use targets::codepipeline::FailureKind;

use testkit::{
    TestPortal, machine_time,
    pipeline::{PIPELINE, deploy, held, run_of, source, stages, target, text},
    prod,
};

/// Calls of `GetJobDetails` that go wrong: more than there are.
const ALL: u32 = 1000;

/// A pipeline with one Lambda action for each of these `UserParameters`, side by side.
fn declare(test: &TestPortal, name: &str, parameters: &[String]) {
    declare_with(test, name, parameters, &[]);
}

/// The same, with these input artifacts.
fn declare_with(test: &TestPortal, name: &str, parameters: &[String], inputs: &[&str]) {
    let inputs: Vec<Value> = inputs.iter().map(|name| json!({"name": name})).collect();
    let variable = |name: &str| json!({"name": name, "defaultValue": " "});
    let variables = ["build", "promotion"].map(variable);
    let actions: Vec<Value> = (1..)
        .zip(parameters)
        .map(|(number, parameters)| {
            json!({
                "name": format!("Invoke{number}"),
                "actionTypeId": {"category": "Invoke", "owner": "AWS", "provider": "Lambda", "version": "1"},
                "configuration": {"FunctionName": "action", "UserParameters": parameters},
                "inputArtifacts": inputs,
            })
        })
        .collect();
    let declaration = json!({"pipeline": {
        "name": name,
        "roleArn": "arn:aws:iam::123456789012:role/pipeline",
        "artifactStore": {"type": "S3", "location": "artifacts-of-pipelines"},
        "stages": [source(), {"name": "Invoke", "actions": actions}],
        "pipelineType": "V2",
        "executionMode": "PARALLEL",
        "variables": variables,
    }});
    test.simulator()
        .call("CreatePipeline", &declaration)
        .unwrap();
}

fn start(test: &TestPortal, name: &str, variables: &[(&str, &str)]) -> String {
    let variables: Vec<Value> = variables
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let input = json!({"name": name, "variables": variables});
    let started = test.simulator().call("StartPipelineExecution", &input);
    text(&started.unwrap()["pipelineExecutionId"])
}

/// What releases the build that an execution is started with.
fn release(more: &Value) -> String {
    let mut parameters = json!({
        "do": "release", "app": "wallet", "environment": "prod", "build": "#{variables.build}",
    });
    let more = more.as_object().unwrap().clone();
    parameters.as_object_mut().unwrap().extend(more);
    parameters.to_string()
}

/// The same, with the execution named as earlier versions asked for it.
fn release_named(pipeline: &str) -> String {
    release(&json!({"pipeline": pipeline, "execution": "#{codepipeline.PipelineExecutionId}"}))
}

/// Does the next job, which must fail.
async fn refused(test: &TestPortal) -> (FailureKind, String) {
    match test.work(0).await {
        Outcome::Failed { kind, message, .. } => (kind, message),
        other => panic!("{other:?}"),
    }
}

/// Does the next job, which must be refused as a mistake of the pipeline's owner, with nothing released.
async fn misconfigured(test: &TestPortal) -> String {
    let (kind, message) = refused(test).await;
    assert_eq!(kind, FailureKind::Configuration, "{message}");
    assert_eq!(test.current(&prod()).await, None, "{message}");
    message
}

async fn with_a_build() -> (TestPortal, Build) {
    let test = TestPortal::off_path().await;
    let build = test.registered(3, machine_time()).await;
    (test, build)
}

#[tokio::test]
async fn a_pipeline_needs_not_say_which_it_is() {
    let (test, build) = with_a_build().await;
    declare(&test, PIPELINE, &[release(&json!({}))]);
    let execution = start(&test, PIPELINE, &[("build", build.id.as_str())]);
    let Outcome::Released(release) = test.work(0).await else {
        panic!("not released");
    };
    assert_eq!(release.released_by.name, PIPELINE);
    assert_eq!(release.run, Some(run_of(&execution)));
}

#[tokio::test]
async fn a_pipeline_that_nobody_has_named_moves_nothing_whatever_it_says() {
    let (test, build) = with_a_build().await;
    let of = [("build", build.id.as_str())];
    declare(&test, "shop-dev", &[release(&json!({}))]);
    start(&test, "shop-dev", &of);
    let message = misconfigured(&test).await;
    assert!(
        message.contains("may not move builds of wallet to prod"),
        "{message}"
    );
    let entry = r#"name = "shop-dev", account = "123456789012", region = "eu-west-1", app = "wallet", environment = "prod""#;
    assert!(message.contains(entry), "{message}");

    declare(&test, "shop-claims", &[release_named(PIPELINE)]);
    start(&test, "shop-claims", &of);
    let message = misconfigured(&test).await;
    assert!(
        message.contains("is of \"shop-claims\". Remove \"pipeline\""),
        "{message}"
    );

    let gate = release(&json!({"do": "gate"}));
    declare(&test, "shop-gate", &[gate]);
    start(&test, "shop-gate", &of);
    let outcome = test.work(0).await;
    let work = Some(Work::Gate);
    assert!(
        matches!(&outcome, Outcome::Failed { work: of, .. } if *of == work),
        "{outcome:?}"
    );
    assert!(
        test.store
            .table
            .promotions()
            .open()
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_execution_that_is_named_must_be_the_jobs_own() {
    let (test, build) = with_a_build().await;
    let parameters = release(&json!({"execution": "11111111-2222-3333-4444-555555555555"}));
    declare(&test, PIPELINE, &[parameters]);
    start(&test, PIPELINE, &[("build", build.id.as_str())]);
    let message = misconfigured(&test).await;
    assert!(message.contains("Remove \"execution\""), "{message}");
}

/// A portal whose builds go to prod by the pipeline wallet-release, while the pipeline wallet-prod feeds prod as well.
async fn two_pipelines() -> (TestPortal, Build) {
    let test = TestPortal::with_target(target(|target| {
        "wallet-release".clone_into(&mut target.pipeline.name);
    }))
    .await;
    let named = release(&json!({"promotion": "#{variables.promotion}"}));
    declare(&test, PIPELINE, &[named]);
    let build = test.registered(3, machine_time()).await;
    (test, build)
}

#[tokio::test]
async fn a_release_job_ends_no_promotion_that_is_another_pipelines() {
    for lost in [false, true] {
        let (test, build) = two_pipelines().await;
        declare_held(&test);
        if lost {
            test.fault("StartPipelineExecution", FaultKind::CallLost, 1);
        }
        let promotion = test.promote(&build).await;
        let expected = if lost {
            State::Starting
        } else {
            State::Running
        };
        assert_eq!(promotion.state, expected);
        let of = [
            ("build", build.id.as_str()),
            ("promotion", promotion.id.as_str()),
        ];
        start(&test, PIPELINE, &of);
        let message = misconfigured(&test).await;
        assert!(
            message.contains("is not carried out by the pipeline wallet-prod"),
            "{message}"
        );
        let after = test.promotion(&promotion.id).await;
        assert_eq!((after.state, after.run), (promotion.state, promotion.run));
    }
}

#[tokio::test]
async fn a_gate_takes_no_promotion_that_is_another_pipelines() {
    let approved = Gates {
        approvals: vec![ApprovalRule {
            count: 1,
            groups: vec!["leads".to_owned()],
        }],
        ..Gates::default()
    };
    let of_another = target(|target| "wallet-release".clone_into(&mut target.pipeline.name));
    let test = TestPortal::with_gates(of_another, approved).await;
    declare(&test, PIPELINE, &[release(&json!({"do": "gate"}))]);
    let build = test.registered(3, machine_time()).await;
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Waiting);
    start(&test, PIPELINE, &[("build", build.id.as_str())]);
    let (kind, message) = refused(&test).await;
    assert_eq!(kind, FailureKind::JobFailed, "{message}");
    assert!(message.contains("this run has nothing to do"), "{message}");
    assert_eq!(test.promotion(&promotion.id).await.run, None);
}

/// The pipeline that the promotions are for, which does not come to its end.
fn declare_held(test: &TestPortal) {
    let variable = |name: &str| json!({"name": name, "defaultValue": " "});
    let variables = ["promotion", "build", "version", "sha256", "digests"].map(variable);
    let declaration = json!({"pipeline": {
        "name": "wallet-release",
        "roleArn": "arn:aws:iam::123456789012:role/pipeline",
        "artifactStore": {"type": "S3", "location": "artifacts-of-pipelines"},
        "stages": [source(), {"name": "Deploy", "actions": [deploy()]}],
        "pipelineType": "V2",
        "executionMode": "QUEUED",
        "variables": variables,
    }});
    test.simulator()
        .call("CreatePipeline", &declaration)
        .unwrap();
    test.simulator().script(simulator::Script {
        pipeline: "wallet-release".to_owned(),
        action: "Ship".to_owned(),
        always: true,
        behaviour: held(),
    });
}

#[tokio::test]
async fn a_job_that_codepipeline_tells_nothing_of_is_known_by_its_action() {
    for kind in [FaultKind::Denied, FaultKind::Refused] {
        let (test, build) = with_a_build().await;
        test.fault("GetJobDetails", kind, ALL);
        declare(&test, PIPELINE, &[release_named(PIPELINE)]);
        let execution = start(&test, PIPELINE, &[("build", build.id.as_str())]);
        let Outcome::Released(release) = test.work(0).await else {
            panic!("not released");
        };
        assert_eq!(release.run, Some(run_of(&execution)));
    }
}

#[tokio::test]
async fn a_job_that_codepipeline_tells_nothing_of_must_name_its_execution() {
    let (test, build) = with_a_build().await;
    test.fault("GetJobDetails", FaultKind::Denied, ALL);
    declare(&test, PIPELINE, &[release(&json!({}))]);
    start(&test, PIPELINE, &[("build", build.id.as_str())]);
    let message = misconfigured(&test).await;
    assert!(message.contains("codepipeline:GetJobDetails"), "{message}");
    assert!(
        message.contains("#{codepipeline.PipelineExecutionId}"),
        "{message}"
    );
}

#[tokio::test]
async fn a_job_of_another_pipeline_is_not_taken_for_one_that_waits() {
    let (test, build) = with_a_build().await;
    test.fault("GetJobDetails", FaultKind::Denied, ALL);
    declare(&test, PIPELINE, &[release_named(PIPELINE)]);
    let other = test.registered(2, machine_time()).await;
    let waiting = start(&test, PIPELINE, &[("build", other.id.as_str())]);
    test.job().await;
    let claim = release(&json!({"pipeline": PIPELINE, "execution": waiting}));
    declare(&test, "shop-dev", &[claim]);
    start(&test, "shop-dev", &[("build", build.id.as_str())]);
    let message = misconfigured(&test).await;
    assert!(message.contains("0 Lambda actions that wait"), "{message}");
    // Nor is one of an execution that does not exist.
    let claim = release(
        &json!({"pipeline": PIPELINE, "execution": "11111111-2222-3333-4444-555555555555"}),
    );
    declare(&test, "shop-more", &[claim]);
    start(&test, "shop-more", &[("build", build.id.as_str())]);
    let message = misconfigured(&test).await;
    assert!(message.contains("nor what waits in the one"), "{message}");
}

#[tokio::test]
async fn a_job_that_repeats_the_parameters_of_another_has_other_artifacts() {
    let (test, build) = with_a_build().await;
    test.fault("GetJobDetails", FaultKind::Denied, ALL);
    let parameters = [release_named(PIPELINE)];
    let inputs = ["Sources"];
    declare_with(&test, PIPELINE, &parameters, &inputs);
    let waiting = start(&test, PIPELINE, &[("build", build.id.as_str())]);
    let genuine = test.job().await;
    let same = parameters[0]
        .replace("#{variables.build}", build.id.as_str())
        .replace("#{codepipeline.PipelineExecutionId}", &waiting);
    declare_with(&test, "shop-dev", &[same], &inputs);
    start(&test, "shop-dev", &[("promotion", "none")]);
    let message = misconfigured(&test).await;
    assert!(message.contains("0 Lambda actions that wait"), "{message}");
    let genuine = sources::job::Job::parse(&genuine).unwrap();
    let outcome = test.jobs().run(genuine, machine_time()).await;
    assert!(matches!(outcome, Ok(Outcome::Released(_))), "{outcome:?}");
}

#[tokio::test]
async fn of_two_actions_that_say_the_same_nobody_knows_which_it_is() {
    let (test, build) = with_a_build().await;
    test.fault("GetJobDetails", FaultKind::Denied, ALL);
    let same = release_named(PIPELINE);
    declare(&test, PIPELINE, &[same.clone(), same]);
    start(&test, PIPELINE, &[("build", build.id.as_str())]);
    test.eventually("both actions wait", |_| test.waiting_jobs() == 2)
        .await;
    let message = misconfigured(&test).await;
    assert!(message.contains("2 Lambda actions that wait"), "{message}");
}

#[tokio::test]
async fn a_codepipeline_that_fails_is_no_reason_to_believe_the_parameters() {
    let (test, build) = with_a_build().await;
    test.fault("GetJobDetails", FaultKind::ServiceFailed, ALL);
    declare(&test, PIPELINE, &[release_named(PIPELINE)]);
    start(&test, PIPELINE, &[("build", build.id.as_str())]);
    let job = sources::job::Job::parse(&test.job().await).unwrap();
    let unanswered = test.jobs().run(job, machine_time()).await;
    let is_unasked = matches!(unanswered, Err(Error::Unasked { .. }));
    assert!(is_unasked, "it is to come again: {unanswered:?}");
    assert_eq!(test.current(&prod()).await, None);
}

#[tokio::test]
async fn a_pipeline_that_takes_no_digests_is_started_without_them() {
    let test = TestPortal::with_target(target(|_| {})).await;
    let variable = |name: &str| json!({"name": name, "defaultValue": " "});
    let variables = ["promotion", "build", "version", "sha256"].map(variable);
    let declaration = json!({"pipeline": {
        "name": PIPELINE,
        "roleArn": "arn:aws:iam::123456789012:role/pipeline",
        "artifactStore": {"type": "S3", "location": "artifacts-of-pipelines"},
        "stages": stages(),
        "pipelineType": "V2",
        "executionMode": "SUPERSEDED",
        "variables": variables,
    }});
    test.simulator()
        .call("CreatePipeline", &declaration)
        .unwrap();
    let build = test.registered(3, machine_time()).await;
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Running);
    assert_eq!(test.executions(), 1);
}

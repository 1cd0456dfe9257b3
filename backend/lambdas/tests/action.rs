//! `action`, driven through the Runtime API: jobs as `CodePipeline` sends them, and the answers that it gets.

use domain::id::RunId;
use serde_json::{Value, json};
use testkit::{
    apk::apk,
    functions::{Functions, job},
    lambda::Lambda,
    zip::zipped,
};

const ACTION: &str = "action";
const JOB: &str = "11111111-abcd-1111-abcd-111111abcdef";
const KEY: &str = "wallet-dev/BuildOutpu/AbCdEf1";

const PARAMETERS: &str = r#"{
    "do": "register", "app": "wallet", "environment": "dev",
    "pipeline": "wallet-dev", "execution": "x1"
}"#;

/// A world with a good artifact in it, and the function.
async fn start() -> (Functions, Lambda) {
    let world = Functions::start().await;
    let files: [(&str, &[u8]); 2] = [
        ("build/app-release.apk", &apk(b"app")),
        ("build/mapping.txt", b"a -> b"),
    ];
    world.put_artifact(KEY, zipped(&files)).await;
    let action = world.lambda(ACTION).await;
    (world, action)
}

/// Sends a job that cannot be done, and returns what the pipeline's owner reads.
async fn refused(world: &Functions, action: &Lambda, event: Value, kind: &str) -> String {
    action.invoke(event).await.response();
    let (found, message) = world.codepipeline.failure();
    assert_eq!(found, kind, "{message}");
    message
}

#[tokio::test]
async fn a_pipelines_build_is_registered_and_released() {
    let (world, action) = start().await;
    action.invoke(job(JOB, PARAMETERS, KEY)).await.response();

    let answer = world.codepipeline.success();
    assert_eq!(answer["jobId"], JOB);
    let outputs = &answer["outputVariables"];
    assert_eq!(outputs["build"], "1");
    assert_eq!(outputs["page"], "https://releases.example.com/wallet/dev");

    let (app, environment) = ("wallet".parse().unwrap(), "dev".parse().unwrap());
    let table = &world.store.table;
    let release = table
        .releases()
        .current(&app, &environment)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(release.number, 1);
    assert_eq!(release.installs[0].digest.to_string(), outputs["sha256"]);
    assert_eq!(release.revision.unwrap().commit, "0a1b2c3d4e5f");

    let build = table
        .builds()
        .get(&release.build)
        .await
        .unwrap()
        .unwrap()
        .build;
    let names: Vec<&str> = build
        .artifacts
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(names, ["app-release.apk", "mapping.txt"]);
    assert_eq!(
        build.artifacts[0].digest,
        domain::digest::Digest::of(&apk(b"app"))
    );
    let run: RunId = "codepipeline/123456789012/eu-west-1/wallet-dev/x1"
        .parse()
        .unwrap();
    assert_eq!(build.run, Some(run));
}

#[tokio::test]
async fn a_job_that_is_delivered_twice_registers_once() {
    let (world, action) = start().await;
    for _ in 0..2 {
        action.invoke(job(JOB, PARAMETERS, KEY)).await.response();
    }
    // And once more to a function that knows nothing of the first.
    let other = world.lambda(ACTION).await;
    other.invoke(job(JOB, PARAMETERS, KEY)).await.response();

    let answers = world.codepipeline.answers();
    assert_eq!(answers.len(), 3);
    assert!(
        answers.iter().all(|answer| answer == &answers[0]),
        "{answers:#?}"
    );
    let app = "wallet".parse().unwrap();
    let builds = world
        .store
        .table
        .builds()
        .list(&app, domain::page::Limit::default(), None);
    assert_eq!(builds.await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn no_log_holds_a_credential_or_a_body() {
    let (world, action) = start().await;
    let noisy = world.lambda_with(ACTION, "TOWPATH_LOG", "trace").await;
    for function in [&action, &noisy] {
        function.invoke(job(JOB, PARAMETERS, KEY)).await.response();
        let line = function.logged("\"registered\"").await;
        assert_eq!(
            (line["job"].as_str(), line["app"].as_str()),
            (Some(JOB), Some("wallet"))
        );
        let log = function.log().join("\n");
        for secret in [
            "the-secret-of",
            testkit::JOB_KEYS.0,
            "artifactCredentials",
            "Fix the camera",
        ] {
            assert!(!log.contains(secret), "{secret} in {log}");
        }
    }
}

#[tokio::test]
async fn parameters_that_ask_for_nothing_sensible_are_answered_with_what_to_write() {
    let (world, action) = start().await;
    for (parameters, advice) in [
        ("", "no UserParameters"),
        ("some-input-such-as-a-URL", "not JSON"),
        ("[1]", "no JSON object"),
        (r#"{"app":"wallet"}"#, "what to do"),
        (r#"{"do":"fly","app":"wallet"}"#, "Known are \"register\""),
        (r#"{"do":"register"}"#, "names no app"),
        (r#"{"do":"register","app":"purse"}"#, "Known are wallet"),
        (
            r#"{"do":"register","app":"wallet","environment":"moon"}"#,
            "Known are dev",
        ),
    ] {
        let event = job(JOB, parameters, KEY);
        let message = refused(&world, &action, event, "ConfigurationError").await;
        assert!(message.contains(advice), "{parameters}: {message}");
    }
    let mut event = job(JOB, "", KEY);
    event["CodePipeline.job"]["data"]["actionConfiguration"] = json!({"configuration": {}});
    let message = refused(&world, &action, event, "ConfigurationError").await;
    assert!(message.contains("no UserParameters"), "{message}");
}

#[tokio::test]
async fn a_job_without_an_artifact_is_answered() {
    let (world, action) = start().await;
    let mut event = job(JOB, PARAMETERS, KEY);
    event["CodePipeline.job"]["data"]["inputArtifacts"] = json!([]);
    let message = refused(&world, &action, event, "ConfigurationError").await;
    assert!(message.contains("input artifact"), "{message}");
}

#[tokio::test]
async fn an_artifact_that_is_gone_is_answered() {
    let (world, action) = start().await;
    let event = job(JOB, PARAMETERS, "wallet-dev/BuildOutpu/Gone");
    let message = refused(&world, &action, event, "RevisionUnavailable").await;
    assert!(message.contains("is gone"), "{message}");
}

#[tokio::test]
async fn credentials_that_do_not_open_the_artifact_are_answered() {
    let (world, action) = start().await;
    let mut event = job(JOB, PARAMETERS, KEY);
    let credentials = &mut event["CodePipeline.job"]["data"]["artifactCredentials"];
    credentials["accessKeyId"] = json!("NOBODY");
    let message = refused(&world, &action, event, "PermissionError").await;
    assert!(message.contains("s3:GetObject"), "{message}");
}

#[tokio::test]
async fn an_artifact_that_is_no_zip_is_answered() {
    let (world, action) = start().await;
    world.put_artifact("not-a-zip", b"hello".repeat(100)).await;
    let event = job(JOB, PARAMETERS, "not-a-zip");
    action.invoke(event).await.response();
    let (_, message) = world.codepipeline.failure();
    assert!(message.contains("zip"), "{message}");
}

#[tokio::test]
async fn an_artifact_without_an_application_is_answered() {
    let (world, action) = start().await;
    let bytes = zipped(&[("README.md", b"hello")]);
    world.put_artifact("no-apk", bytes).await;
    let event = job(JOB, PARAMETERS, "no-apk");
    action.invoke(event).await.response();
    let (_, message) = world.codepipeline.failure();
    assert!(
        message.contains("APK") || message.contains("apk"),
        "{message}"
    );
}

#[tokio::test]
async fn a_refused_job_leaves_no_build_and_the_next_one_succeeds() {
    let (world, action) = start().await;
    let event = job(JOB, PARAMETERS, "wallet-dev/BuildOutpu/Gone");
    refused(&world, &action, event, "RevisionUnavailable").await;
    let app = "wallet".parse().unwrap();
    let builds = world
        .store
        .table
        .builds()
        .list(&app, domain::page::Limit::default(), None);
    assert!(builds.await.unwrap().items.is_empty());
    action.invoke(job(JOB, PARAMETERS, KEY)).await.response();
    assert_eq!(
        world.codepipeline.success()["outputVariables"]["build"],
        "1"
    );
}

#[tokio::test]
async fn a_job_that_codepipeline_has_no_answer_to_comes_again() {
    let (world, action) = start().await;
    world.codepipeline.refuse(true);
    let message = action.invoke(job(JOB, PARAMETERS, KEY)).await.error();
    assert_eq!(message, format!("job {JOB} was not answered"));
    let line = action.logged("has no answer").await;
    assert!(
        line["error"].as_str().unwrap().contains("not today"),
        "{line}"
    );
}

#[tokio::test]
async fn what_is_no_job_is_an_error_that_shows_nothing_of_it() {
    let (world, action) = start().await;
    for event in [json!({}), json!([1]), json!({"secret": "hunter2"})] {
        let message = action.invoke(event).await.error();
        assert_eq!(message, "this is no job that could be answered");
    }
    assert!(!action.log().join("\n").contains("hunter2"));
    assert!(world.codepipeline.answers().is_empty());
}

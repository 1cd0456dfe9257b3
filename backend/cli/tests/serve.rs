//! `towpath serve` as a process: what it answers, what it refuses, and what it keeps when it is killed.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::{
    net::TcpListener,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{TOWPATH, serve::Serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("towpath.toml"), TOWPATH).unwrap();
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath"));
    command
        .current_dir(folder)
        .env_remove("AWS_ENDPOINT_URL_CODEPIPELINE")
        .args(["serve", "--data", "data"])
        .args(arguments);
    command
}

fn start(folder: &Path, arguments: &[&str]) -> Serve {
    Serve::start(command(folder, &["--listen", "127.0.0.1:0"]).args(arguments))
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = command(folder, arguments).output().unwrap();
    assert!(!status.success());
    String::from_utf8(stderr).unwrap()
}

fn client() -> reqwest::Client {
    reqwest::Client::new()
}

async fn put_events(portal: &Serve, entries: Value) -> Value {
    let request = client()
        .post(&portal.aws)
        .header("x-amz-target", "AWSEvents.PutEvents")
        .header("content-type", "application/x-amz-json-1.1")
        .body(json!({ "Entries": entries }).to_string());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

fn started(execution: &str) -> Value {
    json!({
        "Time": 1_763_690_400,
        "Source": "aws.codepipeline",
        "DetailType": "CodePipeline Pipeline Execution State Change",
        "Resources": ["arn:aws:codepipeline:eu-west-1:123456789012:wallet-dev"],
        "Detail": json!({
            "pipeline": "wallet-dev",
            "execution-id": execution,
            "execution-trigger": { "trigger-type": "StartPipelineExecution", "trigger-detail": "someone" },
            "state": "STARTED",
            "version": 1.0,
            "pipeline-execution-attempt": 1.0,
        })
        .to_string(),
    })
}

async fn recent_run(portal: &Serve) -> Value {
    let overview = client()
        .get(format!("{}/api/v1/overview", portal.url))
        .send()
        .await
        .unwrap();
    let overview: Value = overview.json().await.unwrap();
    overview["apps"][0]["cells"][0]["pipelines"][0]["runs"][0].clone()
}

const EXECUTION: &str = "01234567-0123-0123-0123-012345678901";
const RUN: &str =
    "codepipeline/123456789012/eu-west-1/wallet-dev/01234567-0123-0123-0123-012345678901";

#[tokio::test]
async fn an_event_is_on_the_overview_and_still_there_after_a_kill() {
    let folder = folder();
    let portal = start(folder.path(), &[]);
    let answer = put_events(&portal, json!([started(EXECUTION)])).await;
    assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
    let run = recent_run(&portal).await;
    assert_eq!(
        (run["id"].as_str(), run["status"].as_str()),
        (Some(RUN), Some("running"))
    );

    drop(portal); // SIGKILL
    let portal = start(folder.path(), &[]);
    assert_eq!(recent_run(&portal).await, run);

    drop(portal);
    let portal = start(folder.path(), &["--reset"]);
    assert_eq!(recent_run(&portal).await, Value::Null);
}

#[tokio::test]
async fn a_bad_entry_is_named_and_does_not_hold_up_the_others() {
    let folder = folder();
    let portal = start(folder.path(), &[]);
    let entries = json!([
        { "Source": "aws.codepipeline", "DetailType": "x", "Detail": "no JSON" },
        started(EXECUTION),
        { "Source": "of.nobody", "DetailType": "x", "Detail": "{}" },
    ]);
    let answer = put_events(&portal, entries).await;
    assert_eq!(answer["FailedEntryCount"], 1, "{answer}");
    assert_eq!(answer["Entries"][0]["ErrorCode"], "MalformedDetail");
    assert!(answer["Entries"][1]["EventId"].is_string());
    assert!(answer["Entries"][2]["EventId"].is_string());
    assert_eq!(recent_run(&portal).await["id"], RUN);
}

#[tokio::test]
async fn the_door_answers_programs_in_awss_words_and_browsers_not_at_all() {
    let folder = folder();
    let portal = start(folder.path(), &[]);
    let client = client();
    let invoke = format!("{}/2015-03-31/functions/action/invocations", portal.aws);

    let unknown = client.post(&portal.aws).body("{}").send().await.unwrap();
    assert_eq!(unknown.status(), 400);
    let unknown: Value = unknown.json().await.unwrap();
    assert_eq!(unknown["__type"], "UnknownOperationException");

    let absent = client.post(&invoke).body("{}").send().await.unwrap();
    assert_eq!(absent.status(), 404);
    assert_eq!(
        absent.headers()["x-amzn-errortype"],
        "ResourceNotFoundException"
    );

    let page = client
        .post(&invoke)
        .header("origin", "https://elsewhere.example")
        .body("{}");
    assert_eq!(page.send().await.unwrap().status(), 403);
}

/// A CodePipeline that takes any call and tells of it.
async fn codepipeline() -> (
    String,
    tokio::sync::mpsc::UnboundedReceiver<(String, Value)>,
) {
    let (told, calls) = tokio::sync::mpsc::unbounded_channel();
    let answer = move |headers: axum::http::HeaderMap, body: String| async move {
        let target = headers["x-amz-target"].to_str().unwrap().to_owned();
        told.send((target, serde_json::from_str(&body).unwrap()))
            .unwrap();
        ([("content-type", "application/x-amz-json-1.1")], "{}")
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().route("/", axum::routing::post(answer));
    tokio::spawn(async { axum::serve(listener, router).await });
    (endpoint, calls)
}

#[tokio::test]
async fn a_job_is_taken_at_once_and_answered_to_codepipeline() {
    let (endpoint, mut calls) = codepipeline().await;
    let folder = folder();
    let portal = start(folder.path(), &["--codepipeline-endpoint", &endpoint]);
    let job = json!({ "CodePipeline.job": {
        "id": "11111111-abcd-1111-abcd-111111abcdef",
        "accountId": "123456789012",
        "data": { "actionConfiguration": { "configuration": {
            "FunctionName": "action",
            "UserParameters": "{\"do\":\"register\",\"app\":\"walet\"}",
        } } },
    } });
    let invoke = format!("{}/2015-03-31/functions/action/invocations", portal.aws);
    let request = client()
        .post(invoke)
        .header("x-amz-invocation-type", "Event");
    let answer = request.body(job.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 202);

    let (target, body) = tokio::time::timeout(Duration::from_secs(30), calls.recv())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(target, "CodePipeline_20150709.PutJobFailureResult");
    assert_eq!(body["jobId"], "11111111-abcd-1111-abcd-111111abcdef");
    let message = body["failureDetails"]["message"].as_str().unwrap();
    assert!(message.contains("walet"), "{message}");
}

#[tokio::test]
async fn pages_are_served_and_s3_opens_to_nobody() {
    let folder = folder();
    let portal = start(folder.path(), &[]);
    let page = client().get(&portal.url).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Wallet"));
    let listed = client()
        .get(format!("{}/towpath-releases", portal.s3))
        .send()
        .await
        .unwrap();
    assert_eq!(listed.status(), 403);
}

#[test]
fn an_address_that_others_reach_is_refused() {
    let folder = folder();
    for flag in [
        "--listen",
        "--aws-listen",
        "--s3-listen",
        "--dynamodb-listen",
    ] {
        let said = refused(folder.path(), &[flag, "0.0.0.0:8080"]);
        assert!(
            said.contains(flag) && said.contains("loopback") && said.contains("sign-in"),
            "{said}"
        );
    }
}

#[test]
fn a_port_in_use_is_named_with_its_option() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for flag in [
        "--listen",
        "--aws-listen",
        "--s3-listen",
        "--dynamodb-listen",
    ] {
        let mut arguments = vec![flag, &address];
        if flag != "--listen" {
            arguments.extend(["--listen", "127.0.0.1:0"]);
        }
        let said = refused(folder.path(), &arguments);
        assert!(said.contains(flag) && said.contains(&address), "{said}");
    }
}

#[test]
fn a_data_folder_in_use_is_refused() {
    let folder = folder();
    let _first = start(folder.path(), &[]);
    let said = refused(folder.path(), &["--listen", "127.0.0.1:0", "--reset"]);
    assert!(said.contains("in use") && said.contains("--data"), "{said}");
}

#[test]
fn a_missing_or_wrong_configuration_is_named() {
    let folder = folder();
    let said = refused(folder.path(), &["--config", "absent.toml"]);
    assert!(
        said.contains("absent.toml") && said.contains("--config"),
        "{said}"
    );
    std::fs::write(folder.path().join("wrong.toml"), "apps = 1").unwrap();
    let said = refused(folder.path(), &["--config", "wrong.toml"]);
    assert!(said.contains("wrong.toml"), "{said}");
    assert!(
        !folder.path().join("data").exists(),
        "nothing is made before that is right"
    );
}

#[cfg(unix)]
#[test]
fn a_data_folder_that_others_can_read_is_warned_of() {
    use std::{
        fs::{Permissions, set_permissions},
        io::Read as _,
        os::unix::fs::PermissionsExt as _,
        process::Stdio,
    };
    let folder = folder();
    set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let warnings = || {
        let mut command = command(folder.path(), &["--listen", "127.0.0.1:0"]);
        let mut portal = Serve::start(command.stderr(Stdio::piped()));
        portal.child.kill().unwrap();
        let mut told = String::new();
        let mut stderr = portal.child.stderr.take().unwrap();
        stderr.read_to_string(&mut told).unwrap();
        told.matches("can be read by other users").count()
    };
    assert_eq!(warnings(), 0);
    let data = folder.path().join("data");
    set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    assert_eq!(warnings(), 1);
    set_permissions(&data, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(warnings(), 0);
}

#[cfg(unix)]
#[test]
fn a_polite_stop_ends_well() {
    let folder = folder();
    for signal in ["-INT", "-TERM"] {
        let mut portal = start(folder.path(), &[]);
        let id = portal.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let status = portal.child.wait().unwrap();
        assert!(status.success(), "{signal}: {status}");
    }
}

#[tokio::test]
async fn webhooks_are_taken_with_the_secrets_of_a_file() {
    const PING: &str = r#"{"zen": "Keep it logically awesome."}"#;
    // HMAC-SHA256 of it with the secret below.
    const SIGNATURE: &str =
        "sha256=42ae8e8504edbcb7b4738b2b77284bb00d3534e912aa53ffdc0f9aef39788eb5";
    let folder = folder();
    let secrets = folder.path().join("hooks.json");
    let text = r#"{"github": {"acme": {"current": "a secret that both know"}}}"#;
    std::fs::write(&secrets, text).unwrap();
    let portal = start(folder.path(), &["--hooks-secrets", "hooks.json"]);
    let deliver = async |signature: &str| {
        let request = client()
            .post(format!("{}/hooks/github/acme", portal.url))
            .header("content-type", "application/json")
            .header("x-github-event", "ping")
            .header("x-hub-signature-256", signature)
            .body(PING);
        request.send().await.unwrap().status()
    };
    assert_eq!(deliver(SIGNATURE).await, 202);
    assert_eq!(deliver("sha256=00").await, 401);
    let pages = client().get(&portal.url).send().await.unwrap();
    assert_eq!(pages.status(), 200);
}

#[test]
fn secrets_of_webhooks_that_cannot_be_used_are_named_and_not_shown() {
    let folder = folder();
    let arguments = ["--listen", "127.0.0.1:0", "--hooks-secrets", "hooks.json"];
    let told = refused(folder.path(), &arguments);
    assert!(told.contains("hooks.json cannot be read"), "{told}");
    let text = r#"{"github": {"acme": {"current": "hunter2"}}}"#;
    std::fs::write(folder.path().join("hooks.json"), text).unwrap();
    let told = refused(folder.path(), &arguments);
    assert!(told.contains("github.acme.current"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[tokio::test]
async fn a_connection_that_does_not_send_its_headers_is_closed() {
    let folder = folder();
    let portal = start(folder.path(), &[]);
    let address = portal.url.strip_prefix("http://").unwrap().to_owned();
    let closed = |sent: &'static [u8]| {
        let address = address.clone();
        async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(sent).await.unwrap();
            let mut answer = Vec::new();
            // The end of the stream, or its reset: whichever the server's side looks like.
            let _reset = stream.read_to_end(&mut answer).await.is_err();
            answer
        }
    };
    let both = tokio::time::timeout(Duration::from_mins(2), async {
        tokio::join!(closed(b"GET / HTTP/1.1\r\nhost: "), closed(b""))
    });
    let (half, nothing) = both.await.expect("a connection stays open");
    assert!(
        half.is_empty() || half.starts_with(b"HTTP/1.1 408"),
        "{half:?}"
    );
    assert_eq!(nothing, b"");
    // Meanwhile and afterwards, others are answered.
    let health = client().get(format!("{}/healthz", portal.url)).send();
    assert_eq!(health.await.unwrap().status(), 200);
}

//! `unanswered`, driven through the Runtime API with the records that Lambda makes of invocations that failed, against the
//! `CodePipeline` that runs on this machine.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::{sync::Arc, time::Duration};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};
use simulator::{Options, Simulator};
use testkit::{
    CodePipeline,
    lambda::{Lambda, Program},
};
use tokio::{
    net::TcpListener,
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
};

/// The record of an invocation that got no further, as Lambda hands it to the destination.
fn record(event: &Value) -> Value {
    let sample = include_str!("samples/invocation-record.json");
    let mut record: Value = serde_json::from_str(sample).unwrap();
    record["requestPayload"] = event.clone();
    record
}

/// A pipeline whose last action calls a function that fails, whatever it is sent.
struct Story {
    simulator: Simulator,
    /// What the function was sent before it failed.
    sent: Mutex<UnboundedReceiver<Value>>,
}

impl Story {
    async fn start() -> Self {
        let (give, sent) = unbounded_channel();
        let router = Router::new()
            .route("/2015-03-31/functions/action/invocations", post(take))
            .with_state(Arc::new(give));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let options = Options {
            lambda_endpoint: Some(endpoint),
            ..Options::default()
        };
        let simulator = Simulator::start(options).await.unwrap();
        simulator
            .call("CreatePipeline", &json!({ "pipeline": pipeline() }))
            .unwrap();
        Self {
            simulator,
            sent: Mutex::new(sent),
        }
    }

    /// Runs the pipeline up to its last action, and gives the event that the function failed on.
    async fn run(&self) -> Value {
        let name = json!({ "name": "wallet" });
        self.simulator
            .call("StartPipelineExecution", &name)
            .unwrap();
        self.sent.lock().await.recv().await.unwrap()
    }

    /// The last action, once it is over.
    async fn ended(&self) -> Value {
        for _ in 0..500 {
            if self.simulator.overview().idle {
                let name = json!({ "name": "wallet" });
                let state = self.simulator.call("GetPipelineState", &name).unwrap();
                return state["stageStates"][1]["actionStates"][0]["latestExecution"].clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the pipeline still runs")
    }
}

async fn take(
    State(send): State<Arc<UnboundedSender<Value>>>,
    Json(event): Json<Value>,
) -> StatusCode {
    send.send(event).unwrap();
    StatusCode::ACCEPTED
}

fn pipeline() -> Value {
    let action = |name: &str, category: &str, provider: &str, configuration: Value| {
        let kind =
            json!({ "category": category, "owner": "AWS", "provider": provider, "version": "1" });
        json!({ "name": name, "actionTypeId": kind, "configuration": configuration })
    };
    let source = json!({ "RepositoryName": "wallet", "BranchName": "main" });
    let register = json!({ "FunctionName": "action", "UserParameters": "{\"do\":\"register\"}" });
    json!({
        "name": "wallet",
        "roleArn": "arn:aws:iam::123456789012:role/pipeline",
        "artifactStore": { "type": "S3", "location": "artifacts" },
        "stages": [
            { "name": "Source", "actions": [action("Fetch", "Source", "CodeCommit", source)] },
            { "name": "Build", "actions": [action("Register", "Invoke", "Lambda", register)] },
        ],
    })
}

/// The function with all that it needs, and no more.
async fn unanswered(codepipeline: &str) -> Lambda {
    let variables = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "KEY"),
        ("AWS_SECRET_ACCESS_KEY", "SECRET"),
        ("AWS_ENDPOINT_URL_CODEPIPELINE", codepipeline),
        ("TOWPATH_HOME", "dev"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Lambda::start(&Program::beside(), "unanswered", &variables).await
}

/// How often the metric was put out.
fn counted(function: &Lambda) -> usize {
    let log = function.log();
    let lines = log.iter().filter(|line| line.contains("\"_aws\""));
    let documents = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    documents
        .inspect(|document| {
            assert_eq!(document["JobsUnanswered"], 1);
            assert_eq!(document["Environment"], "dev");
        })
        .count()
}

#[tokio::test]
async fn a_job_whose_function_died_fails_with_what_happened_and_once() {
    let story = Story::start().await;
    let function = unanswered(&story.simulator.endpoint()).await;
    let record = record(&story.run().await);
    function.invoke(record.clone()).await.response();

    let action = story.ended().await;
    assert_eq!(action["status"], "Failed");
    assert_eq!(action["errorDetails"]["code"], "JobFailed");
    let message = action["errorDetails"]["message"].as_str().unwrap();
    assert!(message.contains("Retry the stage"), "{message}");
    assert!(
        message.contains("request e4b46cbf-b738-xmpl-8880-a18cdf61200e"),
        "{message}"
    );

    function.invoke(record).await.response();
    function.logged("needs no answer").await;
    assert_eq!(story.ended().await, action);
    assert_eq!(counted(&function), 1);
    let line = function.logged("job-unanswered").await;
    assert_eq!(line["level"], "ERROR");
}

#[tokio::test]
async fn a_job_that_has_an_answer_keeps_it() {
    let story = Story::start().await;
    let function = unanswered(&story.simulator.endpoint()).await;
    let event = story.run().await;
    let answer = json!({ "jobId": event["CodePipeline.job"]["id"] });
    story
        .simulator
        .call("PutJobSuccessResult", &answer)
        .unwrap();
    function.invoke(record(&event)).await.response();
    assert_eq!(story.ended().await["status"], "Succeeded");
    assert_eq!(counted(&function), 0);
}

#[tokio::test]
async fn a_job_that_nobody_waits_for_needs_no_answer() {
    let story = Story::start().await;
    let function = unanswered(&story.simulator.endpoint()).await;
    let event = json!({"CodePipeline.job": {"id": "33333333-abcd-1111-abcd-111111abcdef"}});
    function.invoke(record(&event)).await.response();
    function.logged("needs no answer").await;
    assert_eq!(counted(&function), 0);
}

#[tokio::test]
async fn an_answer_that_does_not_get_through_is_an_error_so_that_lambda_tries_again() {
    let codepipeline = CodePipeline::start().await;
    codepipeline.refuse(true);
    let function = unanswered(&codepipeline.endpoint).await;
    let event = json!({"CodePipeline.job": {"id": "job-1"}});
    let message = function.invoke(record(&event)).await.error();
    assert_eq!(message, "job job-1 was not answered");
    assert_eq!(counted(&function), 0);
}

#[tokio::test]
async fn what_is_no_record_of_a_job_is_an_error_that_shows_nothing_of_it() {
    let codepipeline = CodePipeline::start().await;
    let function = unanswered(&codepipeline.endpoint).await;
    let events = [
        json!({}),
        json!([1]),
        record(&json!({"secret": "hunter2"})),
        json!({"CodePipeline.job": {"id": "hunter2"}}),
    ];
    for event in events {
        let message = function.invoke(event).await.error();
        assert_eq!(message, "this is no record of a job that could be answered");
    }
    assert!(!function.log().join("\n").contains("hunter2"));
    assert!(codepipeline.answers().is_empty());
}

#[tokio::test]
async fn no_log_holds_a_credential_of_the_job() {
    let codepipeline = CodePipeline::start().await;
    let function = unanswered(&codepipeline.endpoint).await;
    let event = testkit::functions::job("job-1", "{}", "key");
    function.invoke(record(&event)).await.response();
    let (kind, _) = codepipeline.failure();
    assert_eq!(kind, "JobFailed");
    function.logged("job-unanswered").await;
    let log = function.log().join("\n");
    for secret in [
        testkit::JOB_KEYS.0,
        testkit::JOB_KEYS.1,
        "artifactCredentials",
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

//! `events`, driven through the Runtime API.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use domain::{id::RunId, status::Status};
use serde_json::{Value, json};
use testkit::functions::{Functions, batch};

const EVENTS: &str = "events";
const RUN: &str = "codepipeline/123456789012/eu-west-1/wallet-dev/x1";

fn event(id: &str, state: &str, time: &str) -> Value {
    json!({
        "version": "0",
        "id": id,
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "source": "aws.codepipeline",
        "account": "123456789012",
        "time": time,
        "region": "eu-west-1",
        "resources": [],
        "detail": {
            "pipeline": "wallet-dev",
            "execution-id": "x1",
            "state": state,
            "version": 1.0,
            "pipeline-execution-attempt": 1.0,
        },
    })
}

fn failed(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().unwrap())
        .collect()
}

async fn status(world: &Functions) -> Status {
    let run: RunId = RUN.parse().unwrap();
    world
        .store
        .table
        .runs()
        .get(&run)
        .await
        .unwrap()
        .unwrap()
        .run
        .status
}

#[tokio::test]
async fn a_batch_is_recorded_and_a_poison_message_fails_alone() {
    let world = Functions::start().await;
    let events = world.lambda(EVENTS).await;
    let started = event("e1", "STARTED", "2026-01-02T03:04:00Z").to_string();
    let succeeded = event("e2", "SUCCEEDED", "2026-01-02T03:05:00Z").to_string();
    let answer = events
        .invoke(batch(&[&started, "poison", &succeeded, "{}"]))
        .await
        .response();
    assert_eq!(failed(&answer), ["m2", "m4"]);
    assert_eq!(status(&world).await, Status::Succeeded);
}

#[tokio::test]
async fn a_second_delivery_changes_nothing_and_fails_nothing() {
    let world = Functions::start().await;
    let events = world.lambda(EVENTS).await;
    let succeeded = event("e2", "SUCCEEDED", "2026-01-02T03:05:00Z").to_string();
    let started = event("e1", "STARTED", "2026-01-02T03:04:00Z").to_string();
    for _ in 0..2 {
        let answer = events.invoke(batch(&[&succeeded, &started])).await;
        assert_eq!(failed(&answer.response()), [] as [&str; 0]);
    }
    assert_eq!(status(&world).await, Status::Succeeded);
    let line = events.logged("\"duplicates\":1").await;
    assert_eq!(line["events"], "codepipeline:e2");
}

#[tokio::test]
async fn what_is_authentic_but_of_no_interest_does_not_come_again() {
    let world = Functions::start().await;
    let events = world.lambda(EVENTS).await;
    let mut weather = event("e1", "STARTED", "2026-01-02T03:04:00Z");
    weather["detail-type"] = json!("CodePipeline Weather Change");
    let answer = events.invoke(batch(&[&weather.to_string()])).await;
    assert_eq!(failed(&answer.response()), [] as [&str; 0]);
    let line = events.logged("Weather").await;
    assert_eq!(line["message"], "received");
    assert_eq!(
        line["spans"][0]["requestId"],
        "00000000-0000-4000-8000-000000000001"
    );
}

#[tokio::test]
async fn an_empty_batch_is_answered() {
    let world = Functions::start().await;
    let events = world.lambda(EVENTS).await;
    let answer = events.invoke(batch(&[])).await.response();
    assert_eq!(answer, json!({"batchItemFailures": []}));
}

#[tokio::test]
async fn a_message_without_an_identifier_fails_the_whole_batch() {
    let world = Functions::start().await;
    let events = world.lambda(EVENTS).await;
    let mut poison = batch(&["poison"]);
    poison["Records"][0]["messageId"] = Value::Null;
    let message = events.invoke(poison).await.error();
    assert!(message.contains("no identifier"), "{message}");
}

#[tokio::test]
async fn a_table_that_does_not_answer_brings_the_messages_back() {
    let world = Functions::start().await;
    let events = world
        .lambda_with(EVENTS, "TOWPATH_TABLE", "no-such-table")
        .await;
    let started = event("e1", "STARTED", "2026-01-02T03:04:00Z").to_string();
    let answer = events.invoke(batch(&[&started])).await.response();
    assert_eq!(failed(&answer), ["m1"]);
    events.logged("not recorded").await;
}

#[tokio::test]
async fn a_function_without_its_settings_says_which_and_ends() {
    let world = Functions::start().await;
    let mut events = world.lambda_with(EVENTS, "TOWPATH_BUCKET", "").await;
    assert!(!events.ended().await);
    let line = events.logged("cannot start").await;
    assert!(
        line["error"]
            .as_str()
            .unwrap()
            .starts_with("TOWPATH_BUCKET is not set")
    );
}

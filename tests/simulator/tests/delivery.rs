//! Events on their way: late, twice and in another order, as from AWS.

#![expect(
    clippy::unwrap_used,
    reason = "the scenery of these tests may panic as the tests may"
)]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};
use simulator::{Delivery, Options, Simulator, StartError};

/// A receiver that is down for its first requests.
#[derive(Default)]
struct Receiver {
    down_for: AtomicUsize,
    identities: Mutex<Vec<String>>,
}

async fn put_events(State(receiver): State<Arc<Receiver>>, body: Bytes) -> (StatusCode, String) {
    let down = receiver
        .down_for
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        });
    if down.is_ok() {
        return (StatusCode::SERVICE_UNAVAILABLE, String::new());
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    let identities = body["Entries"].as_array().unwrap().iter();
    let identities = identities.map(|entry| entry["TraceHeader"].as_str().unwrap().to_owned());
    receiver.identities.lock().unwrap().extend(identities);
    (
        StatusCode::OK,
        json!({ "FailedEntryCount": 0, "Entries": [] }).to_string(),
    )
}

async fn receiver(down_for: usize) -> (Arc<Receiver>, String) {
    let receiver = Arc::new(Receiver {
        down_for: AtomicUsize::new(down_for),
        ..Receiver::default()
    });
    let router = Router::new()
        .route("/", post(put_events))
        .with_state(Arc::clone(&receiver));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (receiver, endpoint)
}

/// Runs one small pipeline to its end and gives the identities of its events in the order that they were made.
async fn run_one(simulator: &Simulator) -> Vec<String> {
    let action = |name: &str, category: &str, provider: &str, configuration: Value| {
        let kind =
            json!({ "category": category, "owner": "AWS", "provider": provider, "version": "1" });
        json!({ "name": name, "actionTypeId": kind, "configuration": configuration })
    };
    let source = json!({ "RepositoryName": "wallet", "BranchName": "main" });
    let pipeline = json!({
        "name": "wallet",
        "roleArn": "arn:aws:iam::123456789012:role/pipeline",
        "artifactStore": { "type": "S3", "location": "artifacts" },
        "stages": [
            { "name": "Source", "actions": [action("Fetch", "Source", "CodeCommit", source)] },
            { "name": "Deploy", "actions": [action("Ship", "Deploy", "CodeDeploy", json!({}))] },
        ],
    });
    simulator
        .call("CreatePipeline", &json!({ "pipeline": pipeline }))
        .unwrap();
    simulator
        .call("StartPipelineExecution", &json!({ "name": "wallet" }))
        .unwrap();
    for _ in 0..500 {
        if simulator.overview().idle {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(simulator.drained(Duration::from_secs(20)).await);
    let header = |event: &Value| {
        let digits = event["id"].as_str().unwrap().replace('-', "");
        format!("Root=1-{}-{}", &digits[..8], &digits[8..])
    };
    simulator.events().iter().map(header).collect()
}

fn options(endpoint: String, delivery: Delivery) -> Options {
    Options {
        events_endpoint: Some(endpoint),
        delivery,
        ..Options::default()
    }
}

#[tokio::test]
async fn a_receiver_that_was_down_gets_every_event_once_and_in_order() {
    let (receiver, endpoint) = receiver(3).await;
    let simulator = Simulator::start(options(endpoint, Delivery::default()))
        .await
        .unwrap();
    let made = run_one(&simulator).await;
    assert_eq!(made.len(), 10);
    assert_eq!(*receiver.identities.lock().unwrap(), made);
    assert_eq!(simulator.overview().events_dropped, 0);
    simulator.stop().await;
}

#[tokio::test]
async fn on_request_events_come_twice_under_one_identity_and_in_another_order() {
    let (receiver, endpoint) = receiver(0).await;
    let unreliable = Delivery {
        duplicate_every: 1,
        reorder: true,
    };
    let simulator = Simulator::start(options(endpoint, unreliable))
        .await
        .unwrap();
    let made = run_one(&simulator).await;
    let came = receiver.identities.lock().unwrap().clone();
    assert_eq!(came.len(), 2 * made.len());
    for identity in &made {
        assert_eq!(came.iter().filter(|other| *other == identity).count(), 2);
    }
    simulator.stop().await;
}

#[tokio::test]
async fn it_is_not_reachable_from_other_machines() {
    let everywhere = Options {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..Options::default()
    };
    assert!(matches!(
        Simulator::start(everywhere).await,
        Err(StartError::NotLoopback(_))
    ));
}

//! The play, before a receiver that takes events, artifacts and jobs as the portal does, but only takes note of them.

#![expect(
    clippy::unwrap_used,
    reason = "the scenery of these tests may panic as the tests may"
)]

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path as Segments, State},
    http::{StatusCode, Uri},
    routing::post,
};
use demo::{pipelines, play, samples::Samples, script};
use serde_json::{Value, json};
use simulator::{Options, Simulator};

#[derive(Default)]
struct Receiver {
    events: Mutex<Vec<Value>>,
    jobs: Mutex<Vec<Value>>,
    objects: Mutex<BTreeMap<String, usize>>,
    codepipeline: OnceLock<String>,
}

async fn put_events(State(receiver): State<Arc<Receiver>>, body: Bytes) -> String {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let entries = body["Entries"].as_array().unwrap();
    let details = entries
        .iter()
        .map(|entry| serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap());
    receiver.events.lock().unwrap().extend(details);
    let taken: Vec<Value> = entries.iter().map(|_| json!({ "EventId": "1" })).collect();
    json!({ "FailedEntryCount": 0, "Entries": taken }).to_string()
}

async fn invoke(
    State(receiver): State<Arc<Receiver>>,
    Segments(_): Segments<String>,
    body: Bytes,
) -> StatusCode {
    let job: Value = serde_json::from_slice(&body).unwrap();
    let job = job["CodePipeline.job"].clone();
    let answer = json!({ "jobId": job["id"], "outputVariables": { "build": "1" } });
    let codepipeline = receiver.codepipeline.get().unwrap().clone();
    receiver.jobs.lock().unwrap().push(job);
    tokio::spawn(async move {
        let sent = reqwest::Client::new()
            .post(codepipeline)
            .header("x-amz-target", "CodePipeline_20150709.PutJobSuccessResult")
            .body(answer.to_string())
            .send()
            .await;
        assert!(sent.unwrap().status().is_success());
    });
    StatusCode::ACCEPTED
}

async fn put_object(State(receiver): State<Arc<Receiver>>, uri: Uri, body: Bytes) -> StatusCode {
    receiver
        .objects
        .lock()
        .unwrap()
        .insert(uri.path().to_owned(), body.len());
    StatusCode::OK
}

/// A simulator before a receiver, with every pipeline declared, and packages of a few bytes.
async fn stage(folder: &Path) -> (Simulator, Arc<Receiver>, Samples) {
    for package in script::packages() {
        std::fs::write(folder.join(package), package).unwrap();
    }
    let samples = Samples::find(folder, script::packages()).unwrap();
    let receiver = Arc::new(Receiver::default());
    let router = Router::new()
        .route("/", post(put_events))
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .fallback(put_object)
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::clone(&receiver));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let options = Options {
        events_endpoint: Some(here.clone()),
        lambda_endpoint: Some(here.clone()),
        s3_endpoint: Some(here),
        ..Options::default()
    };
    let simulator = Simulator::start(options).await.unwrap();
    receiver.codepipeline.set(simulator.endpoint()).unwrap();
    pipelines::declare(&simulator).unwrap();
    (simulator, receiver, samples)
}

/// How many runs ended in each state, by the receiver's events.
fn endings(receiver: &Receiver) -> BTreeMap<String, usize> {
    let mut endings = BTreeMap::new();
    for detail in receiver.events.lock().unwrap().iter() {
        if detail["execution-id"].is_string() && detail["stage"].is_null() {
            *endings
                .entry(detail["state"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
    }
    endings
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_play_reaches_the_portal_and_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, receiver, samples) = stage(folder.path()).await;
    let lines = Mutex::new(Vec::new());
    let promoted = async { Ok(()) };
    play::everything(&simulator, &samples, promoted, &|line| {
        lines.lock().unwrap().push(line);
    })
    .await
    .unwrap();
    assert!(simulator.drained(Duration::from_secs(10)).await);

    let scenes = script::ACTS
        .into_iter()
        .flatten()
        .map(|scenes| scenes.len())
        .sum::<usize>();
    assert_eq!(lines.lock().unwrap().len(), scenes + 1);
    let told = endings(&receiver);
    assert_eq!(told["STARTED"], scenes + 1);
    assert_eq!(told["FAILED"], 1);
    assert_eq!(told["SUCCEEDED"], scenes - 1);

    let jobs = receiver.jobs.lock().unwrap().clone();
    let registering = |scene: &&script::Scene| {
        scene.ending == script::Ending::Released && scene.pipeline.ends_with("-dev")
    };
    let all = script::ACTS.into_iter().flatten().copied().flatten();
    assert_eq!(jobs.len(), all.filter(registering).count());
    for job in &jobs {
        let data = &job["data"];
        let parameters = data["actionConfiguration"]["configuration"]["UserParameters"]
            .as_str()
            .unwrap();
        let parameters: Value = serde_json::from_str(parameters).unwrap();
        assert_eq!(parameters["do"], "register");
        let named = ["app", "environment"].map(|name| parameters[name].is_string());
        assert_eq!(named, [true, true], "{parameters}");
        assert_eq!(parameters.as_object().unwrap().len(), 3, "{parameters}");
        let place = &data["inputArtifacts"][0]["location"]["s3Location"];
        let path = format!(
            "/{}/{}",
            place["bucketName"].as_str().unwrap(),
            place["objectKey"].as_str().unwrap()
        );
        assert!(receiver.objects.lock().unwrap()[&path] > 0, "{path}");
    }

    // Stopping ends the run that keeps running, and the portal hears of it.
    play::stop_runs(&simulator);
    assert!(simulator.drained(Duration::from_secs(10)).await);
    assert_eq!(endings(&receiver)["STOPPED"], 1);
    simulator.stop().await;
}

#[test]
fn the_configuration_names_every_pipeline_but_the_unassigned_one() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("towpath.toml");
    let text = std::fs::read_to_string(file).unwrap();
    let config = config::Config::parse(&text, "towpath.toml").unwrap();
    let mut fed: Vec<String> = config
        .pipelines
        .iter()
        .map(|feed| feed.pipeline.clone())
        .collect();
    let mut declared = pipelines::names();
    declared.retain(|name| name != pipelines::UNASSIGNED);
    fed.sort();
    declared.sort();
    assert_eq!(fed, declared);
}

#[test]
fn a_missing_package_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let error = Samples::find(folder.path(), script::packages())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("settings-5.14.15.apk does not exist"),
        "{error}"
    );
    assert!(error.contains("tests/samples/build"), "{error}");
}

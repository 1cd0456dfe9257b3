//! The whole play before the real portal, with packages of a few bytes.

#![expect(
    clippy::unwrap_used,
    reason = "the scenery of these tests may panic as the tests may"
)]

use std::{net::TcpListener, path::Path, sync::Mutex, time::Duration};

use demo::{
    manager, pipelines, play,
    portal::{Api, Places, Portal},
    samples::Samples,
    script,
};
use serde_json::Value;
use simulator::{Credentials, Options, Simulator};
use testkit::apk::apk;

/// The portal's program, which is built with the workspace: beside the folder of this test.
fn places(data: &Path) -> Places {
    let own = std::env::current_exe().unwrap();
    let program = own.ancestors().nth(2).unwrap().join("towpath");
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("towpath.toml");
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = free.local_addr().unwrap();
    drop(free);
    Places::choose(program, config, data.join("data"), listen).unwrap()
}

async fn simulator(places: &Places) -> Simulator {
    let aws = format!("http://{}", places.aws);
    let options = Options {
        events_endpoint: Some(aws.clone()),
        lambda_endpoint: Some(aws),
        s3_endpoint: Some(format!("http://{}", places.s3)),
        credentials: Credentials::default(),
        ..Options::default()
    };
    Simulator::start(options).await.unwrap()
}

async fn items(api: &Api, path: &str) -> Vec<Value> {
    let page = api.get(path).await.unwrap();
    page["items"].as_array().unwrap().clone()
}

/// What an entry of the audit log calls its action.
const ACTION: &str = "deed";

#[tokio::test(flavor = "multi_thread")]
async fn the_manager_finds_everything_that_the_day_is_about() {
    let folder = tempfile::tempdir().unwrap();
    for package in script::packages() {
        std::fs::write(folder.path().join(package), apk(package.as_bytes())).unwrap();
    }
    let samples = Samples::find(folder.path(), script::packages()).unwrap();
    let places = places(folder.path());
    let simulator = simulator(&places).await;
    let mut portal = Portal::start(&places, &simulator.endpoint(), true).unwrap();
    portal.ready().await.unwrap();
    pipelines::declare(&simulator).unwrap();
    let api = portal.api();
    let promoted = manager::first_releases(&api, &|_| ());
    play::everything(&simulator, &samples, promoted, &|_| ())
        .await
        .unwrap();
    let lines = Mutex::new(Vec::new());
    manager::day(&api, &|line| lines.lock().unwrap().push(line))
        .await
        .unwrap();

    let lines = lines.into_inner().unwrap();
    assert!(
        lines[0].starts_with("appium prod       succeeded"),
        "{lines:#?}"
    );
    assert!(
        lines[2].starts_with("apidemos prod     refused")
            && lines[2].contains("the store's listing is rewritten"),
        "{lines:#?}"
    );
    assert!(
        lines[3].contains("needs 1 approval from release-managers"),
        "{lines:#?}"
    );

    assert!(lines[5].contains("shared    http"), "{lines:#?}");

    let to = |app: &str, environment: &str| {
        format!("/api/v1/apps/{app}/environments/{environment}/promotions")
    };
    let done = items(&api, &to("appium", "prod")).await;
    assert_eq!(done[0]["state"]["is"], "succeeded");
    let run = done[0]["run"].as_str().unwrap();
    assert!(run.contains("/appium-release/"), "{run}");
    let waits = items(&api, &to("apidemos", "preprod")).await;
    assert_eq!(waits[0]["state"]["is"], "waiting");
    let follows = items(&api, &to("appium", "preprod")).await;
    assert_eq!(follows[0]["kind"], "automatic");
    let only = items(&api, &to("apidemos", "prod")).await;
    assert_eq!(only.len(), 1, "what is refused is none");
    assert_eq!(only[0]["state"]["is"], "succeeded");
    let holds = api.get("/api/v1/holds").await.unwrap();
    assert_eq!(holds["holds"][0]["hold"]["on"]["app"], "apidemos");
    let log = api.get("/api/v1/audit").await.unwrap();
    let actions: Vec<&str> = log["entries"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry[ACTION].as_str())
        .collect();
    for action in [
        "promotion-succeeded",
        "promotion-refused",
        "held",
        "withdrawn",
        "link-made",
    ] {
        assert!(
            actions.contains(&action),
            "{action} is not among {actions:?}"
        );
    }

    play::stop_runs(&simulator);
    simulator.drained(Duration::from_secs(10)).await;
    portal.stop().await;
    simulator.stop().await;
}

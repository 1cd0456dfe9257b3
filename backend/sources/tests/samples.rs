//! The samples are the specification: every file in a source's `samples` folder has, beside it, the events that it
//! must become. A new sample needs no new test. The type of a webhook's delivery, which no body names, is what the name of its
//! sample begins with.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use domain::{
    Timestamp,
    json::canonical::{self, Order},
    source::SOURCES,
};
use serde_json::{Value, json};
use sources::{Delivery, Parsed, WEBHOOKS};

fn received_at() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

/// The samples of one source.
fn samples_of(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name);
    let mut samples: Vec<PathBuf> = fs::read_dir(folder.join("samples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some(OsStr::new("json")))
        .collect();
    samples.sort();
    samples
}

/// The samples of all sources whose events arrive through `EventBridge`.
fn samples() -> Vec<PathBuf> {
    let sources = SOURCES
        .iter()
        .filter(|source| source.reports_as().is_some());
    sources.flat_map(|source| samples_of(source.name)).collect()
}

fn check(sample: &Path, parsed: Result<Parsed, sources::Error>) {
    let parsed = parsed.unwrap_or_else(|error| panic!("{}: {error}", sample.display()));
    let golden = json!({
        "events": parsed.events,
        "ignored": parsed.ignored.map(|reason| reason.to_string()),
    });
    insta::with_settings!({
        snapshot_path => sample.parent().unwrap(),
        prepend_module_to_snapshot => false,
        omit_expression => true,
        // The order of names must not hang on how `serde_json` was built.
        sort_maps => true,
    }, {
        let name = sample.file_stem().unwrap().to_str().unwrap();
        insta::assert_json_snapshot!(name, golden);
    });
}

#[test]
fn every_sample_becomes_the_events_beside_it() {
    let samples = samples();
    assert!(samples.len() >= 21, "only {} samples", samples.len());
    for sample in samples {
        let parsed = sources::parse(&fs::read(&sample).unwrap(), received_at());
        check(&sample, parsed);
    }
}

#[test]
fn every_sample_of_a_webhook_becomes_the_events_beside_it() {
    for webhook in WEBHOOKS {
        let samples = samples_of(webhook.source.name);
        assert!(!samples.is_empty(), "{} has none", webhook.source.name);
        for sample in samples {
            let name = sample.file_stem().unwrap().to_str().unwrap();
            let delivery = Delivery {
                host: webhook.host,
                owner: None,
                repositories: None,
                kind: name.split('-').next().unwrap(),
                id: Some("72d3162e-cc78-11e3-81ab-4c9367dc0958"),
                body: &fs::read(&sample).unwrap(),
            };
            check(&sample, webhook.parse(&delivery, received_at()));
        }
    }
}

#[test]
fn the_identity_of_a_sample_is_the_same_in_either_order_of_names() {
    for source in SOURCES {
        for sample in samples_of(source.name) {
            let body: Value = serde_json::from_slice(&fs::read(&sample).unwrap()).unwrap();
            assert_eq!(
                canonical::text(&body, Order::CodePoints),
                canonical::text(&body, Order::Utf16),
                "{}",
                sample.display()
            );
        }
    }
}

#[test]
fn a_sample_says_the_same_inside_an_sns_message() {
    for sample in samples() {
        let body = fs::read_to_string(&sample).unwrap();
        let message = json!({"Type": "Notification", "MessageId": "1", "Message": body});
        assert_eq!(
            sources::parse(message.to_string().as_bytes(), received_at()).unwrap(),
            sources::parse(body.as_bytes(), received_at()).unwrap(),
            "{}",
            sample.display()
        );
    }
}

#[test]
fn a_sample_without_an_identifier_is_the_same_event_however_it_is_written() {
    for sample in samples() {
        let body = fs::read(&sample).unwrap();
        let compact = serde_json::from_slice::<Value>(&body).unwrap().to_string();
        assert_eq!(
            sources::parse(compact.as_bytes(), received_at()).unwrap(),
            sources::parse(&body, received_at()).unwrap(),
            "{}",
            sample.display()
        );
    }
}

#[test]
fn no_event_and_no_stored_body_holds_an_environment_variable() {
    for sample in samples() {
        let body = fs::read_to_string(&sample)
            .unwrap()
            .replace(r#""value": "TEST""#, r#""value": "hunter2""#);
        let events = sources::parse(body.as_bytes(), received_at())
            .unwrap()
            .events;
        assert!(!serde_json::to_string(&events).unwrap().contains("hunter2"));
        assert!(!sources::redact(body.as_bytes()).contains("hunter2"));
    }
}

#[test]
fn a_stored_body_says_the_same_as_the_original() {
    for sample in samples() {
        let body = fs::read(&sample).unwrap();
        let stored = sources::redact(&body);
        let (mut from_stored, mut from_body) = (
            sources::parse(stored.as_bytes(), received_at()).unwrap(),
            sources::parse(&body, received_at()).unwrap(),
        );
        // An identifier that is a digest of the body is of the body as it came.
        for event in from_stored.events.iter_mut().chain(&mut from_body.events) {
            event.id = "codepipeline:any".parse().unwrap();
        }
        assert_eq!(from_stored, from_body, "{}", sample.display());
    }
}

//! The samples are the specification: every file in a source's `samples` folder has, beside it, the events that it
//! must become. A new sample needs no new test. Deliveries of webhooks, whose type stands beside the body, are in
//! `github.rs`.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use domain::Timestamp;
use serde_json::{Value, json};

fn received_at() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn samples() -> Vec<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut samples: Vec<PathBuf> = fs::read_dir(sources)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|source| source.file_name() != Some(OsStr::new("github")))
        .map(|source| source.join("samples"))
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some(OsStr::new("json")))
        .collect();
    samples.sort();
    samples
}

#[test]
fn every_sample_becomes_the_events_beside_it() {
    let samples = samples();
    assert!(samples.len() >= 21, "only {} samples", samples.len());
    for sample in samples {
        let parsed = sources::parse(&fs::read(&sample).unwrap(), received_at())
            .unwrap_or_else(|error| panic!("{}: {error}", sample.display()));
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

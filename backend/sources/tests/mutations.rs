//! Whatever is done to a sample, reading it ends in an answer: never in a panic, never in an endless loop.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::{fs, path::Path};

use domain::{Timestamp, source::SOURCES};
use proptest::prelude::*;
use serde_json::{Value, json};

fn samples() -> Vec<Vec<u8>> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    SOURCES
        .iter()
        .filter(|source| source.reports_as().is_some())
        .flat_map(|source| fs::read_dir(sources.join(source.name).join("samples")).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| fs::read(path).unwrap())
        .collect()
}

/// Values that a field should not have.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|half| Value::from(f64::from(half) / 2.0)),
        any::<String>().prop_map(Value::from),
        Just(json!("9999-12-31T23:59:59Z")),
        Just(json!("-009999-01-01T00:00:00Z")),
        Just(json!("Feb 29, 9999 12:00:00 AM")),
        Just(json!("COMPLETED")),
        Just(json!("^{}")),
        Just(json!([[], {}, null, "x"])),
        Just(json!({"a": {"b": []}})),
        Just(json!("x".repeat(10_000))),
    ]
}

/// Every place in a document, in order.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(inner, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                places(inner, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn read(body: &[u8], received_at: Timestamp) {
    if let Ok(parsed) = sources::parse(body, received_at) {
        assert!(parsed.events.is_empty() == parsed.ignored.is_some());
        for event in parsed.events {
            assert!((1..100_000).contains(&event.attempt));
            let stored = serde_json::to_string(&event).unwrap();
            assert_eq!(
                serde_json::from_str::<domain::event::Event>(&stored).unwrap(),
                event
            );
        }
    }
    let stored = sources::redact(body);
    assert_eq!(
        sources::redact(stored.as_bytes()),
        stored,
        "redacting twice is redacting once"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_at_any_place(
        sample in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), odd_value()), 1..4),
        seconds in 0..4_000_000_000_i64,
    ) {
        let samples = samples();
        let mut value: Value = serde_json::from_slice(&samples[sample.index(samples.len())]).unwrap();
        for (place, odd) in changes {
            let mut found = Vec::new();
            places(&value, "", &mut found);
            *value.pointer_mut(&found[place.index(found.len())]).unwrap() = odd;
        }
        read(value.to_string().as_bytes(), Timestamp::from_second(seconds).unwrap());
    }

    #[test]
    fn any_byte_at_any_place(
        sample in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let samples = samples();
        let mut body = samples[sample.index(samples.len())].clone();
        for (place, byte) in changes {
            let place = place.index(body.len());
            body[place] = byte;
        }
        if shorten {
            body.truncate(cut.index(body.len()));
        }
        read(&body, Timestamp::UNIX_EPOCH);
    }
}

//! Events as `EventBridge`, `CodeStar` Notifications and SNS bring them, and what of them may be stored.

use domain::{event::Event, source::SOURCES};
use serde_json::{Value, json};

use crate::{input::now, samples};

/// What is read can be written and read again, says the same inside an SNS message, and is redacted once for all.
pub fn target(data: &[u8]) {
    let parsed = sources::parse(data, now());
    if let Ok(parsed) = &parsed {
        assert_eq!(parsed.events.is_empty(), parsed.ignored.is_some());
        parsed.events.iter().for_each(check);
        let value: Option<Value> = serde_json::from_slice(data).ok();
        let wrapped = value.is_some_and(|value| value["Type"] == "Notification");
        if let Ok(text) = std::str::from_utf8(data)
            && !wrapped
        {
            let message = json!({"Type": "Notification", "Message": text}).to_string();
            if message.len() <= sources::MAX_EVENT_BYTES {
                let again = sources::parse(message.as_bytes(), now());
                assert_eq!(again.ok().as_ref(), Some(parsed));
            }
        }
    }
    let stored = sources::redact(data);
    // A fraction may come back with another last digit: serde_json reads them fast and not to the last bit.
    if !serde_json::from_slice(data).is_ok_and(|value| has_fraction(&value)) {
        assert_eq!(sources::redact(stored.as_bytes()), stored);
    }
    assert!(stored.len() <= 8 * data.len() + 16, "it grew too much");
}

/// Whether a number in it, or in JSON that is a text in it, is no whole one.
fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.values().any(has_fraction),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Number(number) => number.is_f64(),
        Value::String(text) => serde_json::from_str(text).is_ok_and(|inner| has_fraction(&inner)),
        Value::Null | Value::Bool(_) => false,
    }
}

/// What is true of every event, no matter who sent it.
pub(crate) fn check(event: &Event) {
    assert!((1..100_000).contains(&event.attempt));
    assert_eq!(event.received_at, now());
    assert!(event.raw_status.chars().count() <= 200);
    let Ok(stored) = serde_json::to_string(event) else {
        panic!("an event cannot be written: {event:?}");
    };
    // An item of the table holds 400 KB, and shares them.
    assert!(stored.len() < 100_000, "it has {} bytes", stored.len());
    assert_eq!(serde_json::from_str::<Event>(&stored).ok().as_ref(), Some(event));
}

/// The samples of the sources whose events come this way.
pub fn seeds() -> Vec<Vec<u8>> {
    let sources = SOURCES.iter().filter(|source| source.reports_as().is_some());
    let files = sources.flat_map(|source| samples::of_source(source.name));
    files.map(|(_, bytes)| bytes).collect()
}

//! What AWS wraps around every event.
//!
//! There are three wrappings of the same thing: `EventBridge`'s own, the one of `CodeStar` Notifications (camel case, no
//! identifier), and either of them as the text of an SNS message.

use domain::{Timestamp, digest::Digest, id::EventId, json};
use serde_json::{Map, Value};

use crate::{error::Error, fields::Fields};

/// An event's wrapping, opened.
pub(crate) struct Envelope<'a> {
    /// Where the event came from (`aws.codepipeline`).
    pub(crate) source: &'a str,
    /// What kind of event it is.
    pub(crate) detail_type: &'a str,
    /// The whole, for what only some wrappings have.
    pub(crate) whole: Fields<'a>,
    object: &'a Map<String, Value>,
}

/// Takes an event out of an SNS message, if it is in one.
pub(crate) fn unwrap_sns(value: Value) -> Result<Value, Error> {
    let wrapped = value.get("Type").and_then(Value::as_str) == Some("Notification");
    match value.get("Message").and_then(Value::as_str) {
        Some(message) if wrapped => json::value(message.as_bytes()).map_err(Error::NotJson),
        _ => Ok(value),
    }
}

impl<'a> Envelope<'a> {
    pub(crate) fn open(object: &'a Map<String, Value>) -> Result<Self, Error> {
        let whole = Fields::root(object);
        let source = whole.required("source")?;
        let detail_type = whole
            .text("detailType")
            .map_or_else(|| whole.required("detail-type"), Ok)?;
        Ok(Self {
            source,
            detail_type,
            whole,
            object,
        })
    }

    /// The event itself.
    pub(crate) fn detail(&self) -> Result<Fields<'a>, Error> {
        self.whole.required_object("detail")
    }

    /// When it happened.
    pub(crate) fn time(&self) -> Result<Timestamp, Error> {
        let text = self.whole.required("time")?;
        text.parse().map_err(|_| {
            Error::invalid(
                "time",
                text,
                "an RFC 3339 time such as 2026-01-31T18:21:39Z",
            )
        })
    }

    /// The event's identity: the envelope's own where it has one, else the digest of what it says, so that a second
    /// delivery has the same.
    pub(crate) fn event_id(&self, source: &str) -> Result<EventId, Error> {
        let key = self.whole.text("id").map_or_else(
            || Digest::of(canonical(&Value::Object(self.object.clone())).as_bytes()).to_string(),
            ToOwned::to_owned,
        );
        format!("{source}:{key}")
            .parse()
            .map_err(|_| Error::invalid("id", &key, "an identifier of printable characters"))
    }
}

/// JSON with sorted names and without spaces, whatever features `serde_json` was built with.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            let entries = entries.into_iter().map(|(name, value)| {
                format!("{}:{}", Value::from(name.as_str()), canonical(value))
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_names_does_not_change_what_an_event_says() {
        let one: Value = serde_json::from_str(r#"{"b":[1,{"y":null,"x":"\n"}],"a":true}"#).unwrap();
        let other: Value =
            serde_json::from_str(r#"{ "a": true, "b": [1, {"x": "\u000a", "y": null}] }"#).unwrap();
        assert_eq!(canonical(&one), canonical(&other));
        assert_eq!(canonical(&one), r#"{"a":true,"b":[1,{"x":"\n","y":null}]}"#);
    }

    #[test]
    fn only_a_notification_is_opened() {
        let event = json!({"source": "aws.codepipeline"});
        let message = json!({"Type": "Notification", "Message": event.to_string()});
        assert_eq!(unwrap_sns(message).unwrap(), event);
        assert_eq!(unwrap_sns(event.clone()).unwrap(), event);
    }
}

//! What AWS wraps around every event.
//!
//! There are three wrappings of the same thing: `EventBridge`'s own, the one of `CodeStar` Notifications (camel case, no
//! identifier), and either of them as the text of an SNS message.

use domain::{
    Timestamp,
    digest::Digest,
    id::EventId,
    json::{
        self,
        canonical::{self, Order},
    },
};
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
        self.whole.required_time("time")
    }

    /// The event's identity: the envelope's own where it has one, else the digest of what it says, so that a second
    /// delivery has the same.
    pub(crate) fn event_id(&self, source: &str) -> Result<EventId, Error> {
        let digest = || {
            // Names are in the order of the events that are stored already: with that of RFC 8785, a second delivery of one
            // whose names differ in characters beyond U+FFFF would be another event.
            let said = canonical::text(&Value::Object(self.object.clone()), Order::CodePoints);
            Digest::of(said.as_bytes()).to_string()
        };
        let key = self.whole.text("id").map_or_else(digest, ToOwned::to_owned);
        format!("{source}:{key}")
            .parse()
            .map_err(|_| Error::invalid("id", &key, "an identifier of printable characters"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_names_does_not_change_what_an_event_says() {
        let id = |text: &str| {
            let event: Value = serde_json::from_str(text).unwrap();
            let envelope = Envelope::open(event.as_object().unwrap()).unwrap();
            envelope.event_id("codepipeline").unwrap()
        };
        let one = r#"{"source": "s", "detailType": "t", "b": [1, {"y": null, "x": "\n"}]}"#;
        let other = r#"{"b":[1,{"x":"\u000a","y":null}],"detailType":"t","source":"s"}"#;
        assert_eq!(id(one), id(other));
        let said = r#"{"b":[1,{"x":"\n","y":null}],"detailType":"t","source":"s"}"#;
        let digest = Digest::of(said.as_bytes());
        assert_eq!(id(one).as_ref(), format!("codepipeline:{digest}"));
    }

    #[test]
    fn only_a_notification_is_opened() {
        let event = json!({"source": "aws.codepipeline"});
        let message = json!({"Type": "Notification", "Message": event.to_string()});
        assert_eq!(unwrap_sns(message).unwrap(), event);
        assert_eq!(unwrap_sns(event.clone()).unwrap(), event);
    }
}

//! Bytes of a reporting system in, canonical events out.
//!
//! One folder per system, with captured samples and the events that they must become beside the code. `domain::source` names
//! the systems; each is one value here, in the list `EVENT_SOURCES` or [`WEBHOOKS`]. Nothing here does I/O or reads a clock.

mod codebuild;
mod codepipeline;
mod envelope;
mod error;
mod fields;
mod github;
mod redact;
mod webhook;

use domain::{Timestamp, event::Event, json, source::Source};
use serde_json::Value;

use crate::envelope::Envelope;
pub use crate::{
    codepipeline::{fetched, job},
    error::Error,
    redact::{REDACTED, redact},
    webhook::{Delivery, MAX_DELIVERY_BYTES, WebhookSource},
};

/// The systems whose events arrive through `EventBridge`.
const EVENT_SOURCES: &[EventSource] = &[codebuild::EVENTS, codepipeline::EVENTS];

/// The systems that deliver by webhook.
pub const WEBHOOKS: &[WebhookSource] = &[github::WEBHOOK];

/// Systems whose events arrive by the same rules and say nothing of a run: what they tell of images and packages is not
/// recorded. Refusing them would fill the dead-letter queue with what is authentic.
const NOT_RECORDED: [&str; 2] = ["aws.codeartifact", "aws.ecr"];

/// The most bytes of one event: `EventBridge`'s own limit, 256 KiB.
pub const MAX_EVENT_BYTES: usize = 256 * 1024;

/// A system whose events arrive through `EventBridge`.
struct EventSource {
    source: Source,
    /// Reads one of its events.
    read: fn(&Envelope<'_>, Timestamp) -> Result<Parsed, Error>,
}

/// What a body says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The facts in it. One body can hold several: a build's end tells of all its phases.
    pub events: Vec<Event>,
    /// Why there is none, for a body that is authentic but says nothing that is recorded.
    pub ignored: Option<Ignored>,
}

/// Why an authentic body holds no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    /// The source is known, this kind of event is not.
    #[error("events of the type {0:?} are not recorded")]
    DetailType(String),
    /// The system is known, and nothing that it reports is recorded.
    #[error("events of {0} are not recorded")]
    System(&'static str),
    /// A `CodePipeline` notification with an ARN in place of the execution's identifier.
    #[error("the event names a pipeline and not which execution of it: {0:?}")]
    NoExecution(String),
    /// The last phase change of a `CodeBuild` build, which is no phase.
    #[error("the end of a build is recorded from its state change")]
    EndOfPhases,
    /// A webhook's first delivery, which says that it is there.
    #[error("a ping: the webhook reaches its endpoint")]
    Ping,
    /// The system is known, this type of delivery is not.
    #[error("deliveries of the type {0:?} are not recorded")]
    Delivery(String),
    /// An endpoint is told of a repository that it is not for.
    #[error(
        "this endpoint is not for the repository {0:?}: its owner, name or number differs from what the endpoint is for"
    )]
    Repository(String),
}

impl Parsed {
    fn ignored(reason: Ignored) -> Self {
        Self {
            events: Vec::new(),
            ignored: Some(reason),
        }
    }
}

impl From<Vec<Event>> for Parsed {
    fn from(events: Vec<Event>) -> Self {
        Self {
            events,
            ignored: None,
        }
    }
}

/// Reads one event: as `EventBridge` sends it, as `CodeStar` Notifications sends it, or either inside an SNS message.
///
/// `received_at` becomes the events' own, and bounds how far ahead a source's clock is believed.
pub fn parse(body: &[u8], received_at: Timestamp) -> Result<Parsed, Error> {
    if body.len() > MAX_EVENT_BYTES {
        return Err(Error::TooLarge {
            size: body.len(),
            limit: MAX_EVENT_BYTES,
        });
    }
    let value = json::value(body).map_err(Error::NotJson)?;
    let value = envelope::unwrap_sns(value)?;
    let object = value.as_object().ok_or(Error::NotObject {
        found: kind(&value),
    })?;
    let envelope = Envelope::open(object)?;
    if let Some(system) = NOT_RECORDED.iter().find(|name| **name == envelope.source) {
        return Ok(Parsed::ignored(Ignored::System(system)));
    }
    let reporting = EVENT_SOURCES
        .iter()
        .find(|reporting| reporting.source.reports_as() == Some(envelope.source))
        .ok_or_else(|| no_such_source(envelope.source))?;
    (reporting.read)(&envelope, received_at)
}

fn no_such_source(found: &str) -> Error {
    let known = EVENT_SOURCES.iter().filter_map(|it| it.source.reports_as());
    Error::NoSuchSource {
        found: found.chars().take(80).collect(),
        known: known.collect::<Vec<_>>().join(", "),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use domain::source::{Arrival, SOURCES};

    use super::*;

    #[test]
    fn every_source_has_one_reader_by_the_way_in_which_it_arrives() {
        let events = EVENT_SOURCES.iter().map(|reporting| reporting.source);
        let webhooks = WEBHOOKS.iter().map(|webhook| webhook.source);
        for source in SOURCES {
            let (by_event, by_webhook) = match source.arrival {
                Arrival::EventBridge(_) => (1, 0),
                Arrival::Webhook => (0, 1),
            };
            let read = events.clone().filter(|reader| reader == source).count();
            assert_eq!(read, by_event, "{}", source.name);
            let read = webhooks.clone().filter(|reader| reader == source).count();
            assert_eq!(read, by_webhook, "{}", source.name);
        }
        assert_eq!(events.chain(webhooks).count(), SOURCES.len());
    }
}

//! Bytes of a reporting system in, canonical events out.
//!
//! One folder per system, with captured samples and the events that they must become beside the code. A new system is
//! one folder and one line in the list `SOURCES`; one that sends webhooks has an endpoint of its own instead, and
//! a public module here. Nothing here does I/O or reads a clock.

mod codebuild;
mod codepipeline;
mod envelope;
mod error;
mod fields;
pub mod github;
mod redact;

use domain::{Timestamp, event::Event, json};
use serde_json::Value;

use crate::envelope::Envelope;
pub use crate::{
    codepipeline::{fetched, job},
    error::Error,
    redact::{REDACTED, redact},
};

/// The systems that report.
const SOURCES: [Source; 2] = [codebuild::SOURCE, codepipeline::SOURCE];

/// Systems whose events arrive by the same rules and say nothing of a run: what they tell of images and packages is not
/// recorded. Refusing them would fill the dead-letter queue with what is authentic.
const NOT_RECORDED: [&str; 2] = ["aws.codeartifact", "aws.ecr"];

/// The most bytes of one event: `EventBridge`'s own limit, 256 KiB.
pub const MAX_EVENT_BYTES: usize = 256 * 1024;

/// A system that reports.
struct Source {
    /// What its events have as `source`.
    reports_as: &'static str,
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
    let source = SOURCES
        .iter()
        .find(|source| source.reports_as == envelope.source)
        .ok_or_else(|| no_such_source(envelope.source))?;
    (source.read)(&envelope, received_at)
}

fn no_such_source(found: &str) -> Error {
    Error::NoSuchSource {
        found: found.chars().take(80).collect(),
        known: SOURCES.map(|source| source.reports_as).join(", "),
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

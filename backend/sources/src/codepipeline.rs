//! AWS `CodePipeline`: state changes of pipelines, stages and actions.
//!
//! Own reading, because the public types of the Lambda ecosystem fail on most of AWS's current samples. The facts are
//! in the user guide's "Monitoring `CodePipeline` events".

mod facts;
pub mod job;

pub use facts::fetched;

use domain::{
    Timestamp,
    event::{Event, Pipeline},
    id::{RunId, StepId},
    source::CODEPIPELINE,
    status::Status,
};

use crate::{
    EventSource, Ignored, Parsed,
    envelope::Envelope,
    error::Error,
    fields::{Fields, SEGMENT},
};

pub(crate) const EVENTS: EventSource = EventSource {
    source: CODEPIPELINE,
    read,
};

const NAME: &str = CODEPIPELINE.name;

/// What a state change is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Pipeline,
    Stage,
    Action,
}

impl Level {
    fn of(detail_type: &str) -> Option<Self> {
        match detail_type {
            "CodePipeline Pipeline Execution State Change" => Some(Self::Pipeline),
            "CodePipeline Stage Execution State Change" => Some(Self::Stage),
            "CodePipeline Action Execution State Change" => Some(Self::Action),
            _ => None,
        }
    }
}

fn read(envelope: &Envelope<'_>, received_at: Timestamp) -> Result<Parsed, Error> {
    let Some(level) = Level::of(envelope.detail_type) else {
        let detail_type = envelope.detail_type.chars().take(120).collect();
        return Ok(Parsed::ignored(Ignored::DetailType(detail_type)));
    };
    let detail = envelope.detail()?;
    let execution = detail.segment("execution-id")?;
    if execution.starts_with("arn:") {
        // Seen in AWS's own sample of a notification. Recording it would melt all executions of the pipeline into one.
        return Ok(Parsed::ignored(Ignored::NoExecution(execution.to_owned())));
    }
    let pipeline = Pipeline {
        source: NAME.to_owned(),
        account: Some(envelope.whole.segment("account")?.to_owned()),
        region: Some(envelope.whole.segment("region")?.to_owned()),
        name: detail.segment("pipeline")?.to_owned(),
    };
    let occurred_at = envelope.time()?;
    let raw_status = detail.required("state")?;
    let event = Event {
        id: envelope.event_id(NAME)?,
        run: run_id(&pipeline, execution)?,
        step: step_id(&detail, level)?,
        pipeline,
        occurred_at,
        received_at,
        attempt: attempt(&detail),
        ordinal: Event::clock_ordinal(occurred_at, received_at),
        status: status(raw_status, &detail),
        raw_status: raw_status.chars().take(80).collect(),
        facts: facts::facts(&envelope.whole, &detail, level),
    };
    Ok(vec![event].into())
}

fn run_id(pipeline: &Pipeline, execution: &str) -> Result<RunId, Error> {
    let account = pipeline.account.as_deref().unwrap_or_default();
    let region = pipeline.region.as_deref().unwrap_or_default();
    format!("{NAME}/{account}/{region}/{}/{execution}", pipeline.name)
        .parse()
        .map_err(|_| Error::invalid("detail.execution-id", execution, SEGMENT))
}

fn step_id(detail: &Fields<'_>, level: Level) -> Result<Option<StepId>, Error> {
    let text = match level {
        Level::Pipeline => return Ok(None),
        Level::Stage => detail.segment("stage")?.to_owned(),
        Level::Action => format!("{}/{}", detail.segment("stage")?, detail.segment("action")?),
    };
    let invalid = |_| Error::invalid(detail.path("stage"), &text, SEGMENT);
    text.parse().map(Some).map_err(invalid)
}

/// Which try of the execution. AWS writes it as `1`, as `1.0`, as `0.0` for a stage, or not at all.
fn attempt(detail: &Fields<'_>) -> u32 {
    let attempt = detail.number("pipeline-execution-attempt").unwrap_or(1.0);
    // Beyond five digits it is no count of tries, and would outrank every true one for ever.
    if (1.0..100_000.0).contains(&attempt) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range was just checked"
        )]
        return attempt as u32;
    }
    1
}

fn status(state: &str, detail: &Fields<'_>) -> Status {
    match state {
        // An approval that has started does nothing but wait for a person.
        "STARTED" if facts::category(detail) == Some("Approval") => Status::Waiting,
        "STARTED" | "RESUMED" => Status::Running,
        "STOPPING" => Status::Stopping,
        "SUCCEEDED" => Status::Succeeded,
        "FAILED" => Status::Failed,
        "SUPERSEDED" => Status::Superseded,
        "SKIPPED" => Status::Skipped,
        // The API spells it with two l, the events with one.
        "STOPPED" | "CANCELED" | "CANCELLED" | "ABANDONED" => Status::Canceled,
        _ => Status::Unknown,
    }
}

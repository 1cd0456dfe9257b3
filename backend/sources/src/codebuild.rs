//! AWS `CodeBuild`: state changes of builds and of their phases.
//!
//! A build is a run and its phases are steps. Environment variables are never read. The facts are in the user guide,
//! "Build notifications sample".

mod build;
mod clock;
mod phases;

use domain::{Timestamp, event::Event, source::CODEBUILD, status::Status};

use crate::{
    EventSource, Ignored, Parsed, codebuild::build::Build, envelope::Envelope, error::Error,
};

pub(crate) const EVENTS: EventSource = EventSource {
    source: CODEBUILD,
    read,
};

const NAME: &str = CODEBUILD.name;

fn read(envelope: &Envelope<'_>, received_at: Timestamp) -> Result<Parsed, Error> {
    match envelope.detail_type {
        "CodeBuild Build State Change" => state_change(envelope, received_at),
        "CodeBuild Build Phase Change" => phase_change(envelope, received_at),
        other => {
            let detail_type = other.chars().take(120).collect();
            Ok(Parsed::ignored(Ignored::DetailType(detail_type)))
        }
    }
}

/// A build's new state, and every phase that it tells of: they heal phase changes that were lost.
fn state_change(envelope: &Envelope<'_>, received_at: Timestamp) -> Result<Parsed, Error> {
    let detail = envelope.detail()?;
    let build = Build::of(envelope, &detail)?;
    let occurred_at = envelope.time()?;
    let raw_status = detail.required("build-status")?;
    let status = status(raw_status);
    let whole = Event {
        id: envelope.event_id(NAME)?,
        run: build.run.clone(),
        step: None,
        pipeline: build.pipeline.clone(),
        occurred_at,
        received_at,
        attempt: 1,
        ordinal: Event::clock_ordinal(occurred_at, received_at),
        status,
        raw_status: raw_status.chars().take(80).collect(),
        facts: build.facts(),
    };
    let phases = phases::told(&detail, !status.is_terminal());
    let steps = phases.iter().map(|phase| phase.event(&build, received_at));
    let events: Result<Vec<Event>, Error> = std::iter::once(Ok(whole)).chain(steps).collect();
    Ok(events?.into())
}

/// The phase that ended, and the one that began.
fn phase_change(envelope: &Envelope<'_>, received_at: Timestamp) -> Result<Parsed, Error> {
    let detail = envelope.detail()?;
    let build = Build::of(envelope, &detail)?;
    let phases = phases::changed(&detail)?;
    if phases.is_empty() {
        return Ok(Parsed::ignored(Ignored::EndOfPhases));
    }
    let steps = phases.iter().map(|phase| phase.event(&build, received_at));
    Ok(steps.collect::<Result<Vec<Event>, Error>>()?.into())
}

/// The state of a build or of a phase.
fn status(word: &str) -> Status {
    match word {
        "IN_PROGRESS" => Status::Running,
        "QUEUED" => Status::Queued,
        "SUCCEEDED" => Status::Succeeded,
        // The client is the build's owner: a source that cannot be read, a role that may not.
        "FAILED" | "CLIENT_ERROR" => Status::Failed,
        "FAULT" | "TIMED_OUT" => Status::Error,
        "STOPPED" => Status::Canceled,
        _ => Status::Unknown,
    }
}

//! The phases of a build, its steps.
//!
//! Every event lists all phases so far, so that one phase is told of many times. A phase's event is therefore named by
//! what it says and timed by the phase's own clock: however often and through whichever event it comes, it is the same.

use domain::{
    Timestamp,
    event::{Event, Facts, StepDetail},
    status::Status,
};

use super::{NAME, build::Build, clock, status};
use crate::{
    error::Error,
    fields::{Fields, words},
};

/// The phase after the last, which does nothing and never ends.
const END: &str = "COMPLETED";

/// One phase, as one event tells of it.
pub(super) struct Phase {
    name: String,
    status: Status,
    raw_status: String,
    started_at: Option<Timestamp>,
    occurred_at: Timestamp,
    context: Option<String>,
}

impl Phase {
    /// A phase in the list of phases. Without an end it is at work.
    fn listed(fields: &Fields<'_>) -> Option<Self> {
        let name = fields.segment("phase-type").ok()?;
        let started_at = fields.text("start-time").and_then(clock::time);
        let ended_at = fields.text("end-time").and_then(clock::time);
        let raw_status = fields.text("phase-status").unwrap_or("IN_PROGRESS");
        (name != END).then_some(())?;
        Some(Self {
            name: name.to_owned(),
            status: status(raw_status),
            raw_status: raw_status.chars().take(80).collect(),
            started_at,
            occurred_at: ended_at.or(started_at)?,
            context: context(&fields.texts("phase-context")),
        })
    }

    /// The phase that a phase change is about, from its own fields.
    fn completed(detail: &Fields<'_>) -> Result<Option<Self>, Error> {
        let name = detail.segment("completed-phase")?;
        if name == END {
            return Ok(None);
        }
        let raw_status = detail.required("completed-phase-status")?;
        let time = |name| detail.text(name).and_then(clock::time);
        let started_at = time("completed-phase-start");
        let Some(occurred_at) = time("completed-phase-end").or(started_at) else {
            return Err(Error::Missing {
                field: detail.path("completed-phase-end"),
            });
        };
        let told = detail.text("completed-phase-context").unwrap_or_default();
        Ok(Some(Self {
            name: name.to_owned(),
            status: status(raw_status),
            raw_status: raw_status.chars().take(80).collect(),
            started_at,
            occurred_at,
            context: context(&[told.trim_start_matches('[').trim_end_matches(']')]),
        }))
    }

    /// The phase as an event of its build.
    pub(super) fn event(&self, build: &Build<'_>, received_at: Timestamp) -> Result<Event, Error> {
        let run = build.run.as_str();
        let id = format!(
            "{NAME}:{}/{}/{}",
            run.strip_prefix("codebuild/").unwrap_or(run),
            self.name,
            self.raw_status
        );
        let invalid = |_| Error::invalid("phase-type", &self.name, "a phase's name");
        Ok(Event {
            id: id.parse().map_err(invalid)?,
            run: build.run.clone(),
            step: Some(self.name.parse().map_err(invalid)?),
            pipeline: build.pipeline.clone(),
            occurred_at: self.occurred_at,
            received_at,
            attempt: 1,
            ordinal: Event::clock_ordinal(self.occurred_at, received_at),
            status: self.status,
            raw_status: self.raw_status.clone(),
            facts: Facts {
                started_at: self.started_at,
                detail: Some(self.detail(build)),
                parent: build.parent(),
                ..Facts::default()
            },
        })
    }

    /// The context reads `COMMAND_EXECUTION_ERROR: Error while executing command: …`.
    fn detail(&self, build: &Build<'_>) -> StepDetail {
        let code = self
            .context
            .as_deref()
            .and_then(|context| context.split_once(':'))
            .map(|(code, _)| code.trim())
            .filter(|code| {
                !code.is_empty() && code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
            });
        StepDetail {
            summary: self.context.clone(),
            error_code: code.map(ToOwned::to_owned),
            ..build.detail()
        }
    }
}

/// Every phase that a build's new state tells of. A phase without an end is only at work while the build is.
pub(super) fn told(detail: &Fields<'_>, at_work: bool) -> Vec<Phase> {
    let mut phases = listed(detail);
    phases.retain(|phase| at_work || phase.status.is_terminal());
    phases
}

/// The phase that ended, and the one that began, if any.
pub(super) fn changed(detail: &Fields<'_>) -> Result<Vec<Phase>, Error> {
    let listed = listed(detail);
    let mut phases: Vec<Phase> = Phase::completed(detail)?.into_iter().collect();
    // The list has more to say of the same phase; and of the last one, when the change is to the end.
    let (ended, begun): (Vec<Phase>, Vec<Phase>) = listed
        .into_iter()
        .partition(|phase| phase.status.is_terminal());
    let same = |phase: &Phase| {
        phases.first().is_none_or(|completed| {
            completed.name == phase.name && completed.raw_status == phase.raw_status
        })
    };
    if let Some(phase) = ended.into_iter().rfind(same) {
        phases = vec![phase];
    }
    phases.extend(begun);
    Ok(phases)
}

fn listed(detail: &Fields<'_>) -> Vec<Phase> {
    let phases = detail
        .object("additional-information")
        .map(|information| information.objects("phases"));
    // A build has a dozen phases; a list of thousands is no build's.
    phases
        .unwrap_or_default()
        .iter()
        .take(32)
        .filter_map(Phase::listed)
        .collect()
}

/// What a phase says of its outcome; one that went well says `: `.
fn context(lines: &[&str]) -> Option<String> {
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.trim())
        .filter(|line| line.chars().any(char::is_alphanumeric))
        .collect();
    words(&lines.join("; "), 500)
}

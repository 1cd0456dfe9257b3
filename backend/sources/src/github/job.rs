//! Jobs of a run.
//!
//! A job's name is its name as a step, so that what waits for a check can name it, and so that the second try of a job
//! follows on the first. Its number is new at each try, and is kept beside it.

use domain::{
    Timestamp,
    event::{Event, Facts, StepDetail},
    id::{EventId, StepId},
    status::Status,
};

use super::{PROVIDER, Repository, attempt, identifier, status};
use crate::{
    error::Error,
    fields::{Fields, link, words},
};

/// The most steps of a job that a summary names.
const MOST_STEPS: usize = 3;

/// The longest name of a job that is kept, in characters.
const LONGEST_STEP: usize = 120;

/// The longest summary that is kept, in characters.
const SUMMARY: usize = 500;

pub(super) fn read(
    whole: &Fields<'_>,
    repository: &Repository<'_>,
    id: EventId,
    received_at: Timestamp,
) -> Result<Event, Error> {
    let job = whole.required_object("workflow_job")?;
    let (status, raw_status) = status(&job)?;
    let occurred_at = moment(whole, &job)?;
    // A job names its workflow by a title that others may have too, and not by its file.
    let title = job.text("workflow_name").unwrap_or("workflow");
    Ok(Event {
        id,
        run: repository.run(identifier(&job, "run_id")?)?,
        step: Some(step(&job)?),
        pipeline: repository.workflow(title),
        occurred_at,
        received_at,
        attempt: attempt(&job),
        ordinal: Event::clock_ordinal(occurred_at, received_at),
        status,
        raw_status,
        facts: Facts {
            started_at: job.time("started_at"),
            detail: Some(StepDetail {
                category: None,
                provider: Some(PROVIDER.to_owned()),
                summary: summary(whole, &job, status),
                error_code: None,
                url: job.text("html_url").and_then(link),
                external_id: Some(identifier(&job, "id")?.to_string()),
            }),
            ..Facts::default()
        },
    })
}

/// The newest time anywhere. While a job waits for an environment, that of its deployment alone goes on.
fn moment(whole: &Fields<'_>, job: &Fields<'_>) -> Result<Timestamp, Error> {
    let deployment = whole.object("deployment");
    let deployed = deployment.and_then(|deployment| deployment.time("updated_at"));
    ["completed_at", "started_at", "created_at"]
        .into_iter()
        .filter_map(|name| job.time(name))
        .chain(deployed)
        .max()
        .ok_or_else(|| Error::Missing {
            field: job.path("created_at"),
        })
}

/// A job of a workflow that another one calls is named `caller / called`: a stage and its action.
fn step(job: &Fields<'_>) -> Result<StepId, Error> {
    let name = job.required("name")?;
    let parts: Vec<&str> = name.split('/').map(str::trim).collect();
    let joined = parts.join("/");
    let joined = words(&joined, LONGEST_STEP).unwrap_or(joined);
    joined
        .parse()
        .map_err(|_| Error::invalid(job.path("name"), name, "a job's name"))
}

fn summary(whole: &Fields<'_>, job: &Fields<'_>, status: Status) -> Option<String> {
    let told = match status {
        Status::Waiting => {
            let deployment = whole.object("deployment")?;
            format!(
                "waits for the environment {}",
                deployment.text("environment")?
            )
        }
        Status::Failed | Status::Error | Status::Canceled => unwell(job)?,
        Status::Unknown
        | Status::Queued
        | Status::Running
        | Status::Stopping
        | Status::Succeeded
        | Status::Skipped
        | Status::Superseded => return None,
    };
    words(&told, SUMMARY)
}

/// The steps that did not end well.
fn unwell(job: &Fields<'_>) -> Option<String> {
    let steps = job.objects("steps");
    let named: Vec<String> = steps
        .iter()
        .filter_map(|step| {
            let conclusion = step.text("conclusion")?;
            let well = matches!(conclusion, "success" | "skipped" | "neutral");
            (!well).then_some(format!("{}: {conclusion}", step.text("name")?))
        })
        .take(MOST_STEPS)
        .collect();
    (!named.is_empty()).then(|| named.join("; "))
}

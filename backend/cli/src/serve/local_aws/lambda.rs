//! Lambda's `Invoke`, for the one function that pipelines call.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use domain::causes::chain;
use jobs::{Outcome, PipelineJobs};
use portal::Portal;
use serde::de::IgnoredAny;
use sources::job::{Job, unanswered::Unanswered};
use targets::codepipeline::Jobs;
use tokio::time::sleep;

use super::{LocalAws, answer::Refusal};
use crate::serve::ambient;

/// The function's name.
pub(in crate::serve) const FUNCTION: &str = "action";

/// Lambda tries an asynchronous call three times. It waits minutes in between; a laptop's user does not.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];

pub(super) async fn invoke(
    State(local_aws): State<LocalAws>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let Some(codepipeline) = local_aws
        .0
        .codepipeline
        .clone()
        .filter(|_| is_action(&name))
    else {
        return Err(Refusal {
            status: StatusCode::NOT_FOUND,
            code: "ResourceNotFoundException",
            message: format!(
                "Function not found: {name}. Here is `{FUNCTION}`, when `towpath serve` was given --codepipeline-endpoint"
            ),
        });
    };
    let portal = local_aws.0.portal.clone();
    if serde_json::from_slice::<IgnoredAny>(&body).is_err() {
        return Err(Refusal::invalid(
            "InvalidRequestContentException",
            "Could not parse request body into json",
        ));
    }
    let kind = headers.get("x-amz-invocation-type");
    match kind.map_or(b"RequestResponse".as_slice(), |kind| kind.as_bytes()) {
        b"DryRun" => Ok(StatusCode::NO_CONTENT.into_response()),
        b"Event" => {
            let mut running = local_aws.0.running.lock().await;
            while running.try_join_next().is_some() {}
            running.spawn(run(portal, codepipeline, body));
            Ok(StatusCode::ACCEPTED.into_response())
        }
        b"RequestResponse" => {
            run(portal, codepipeline, body).await;
            // What the function returns: nobody looks at it.
            Ok("null".into_response())
        }
        _ => Err(Refusal::invalid(
            "InvalidParameterValueException",
            "X-Amz-Invocation-Type is RequestResponse, Event or DryRun",
        )),
    }
}

/// A name, or an ARN, with or without a version.
fn is_action(name: &str) -> bool {
    match name.split_once(":function:") {
        Some((_, rest)) => rest.split(':').next() == Some(FUNCTION),
        None => name.split(':').next() == Some(FUNCTION),
    }
}

async fn run(portal: Portal, codepipeline: Jobs, event: Bytes) {
    let jobs = PipelineJobs::new(&portal, &codepipeline);
    for pause in PAUSES.map(Some).into_iter().chain([None]) {
        let job = match Job::parse(&event) {
            Ok(job) => job,
            Err(error) => {
                tracing::error!(error = chain(&error), "a call was no job");
                return;
            }
        };
        let id = job.id().to_owned();
        match jobs.run(job, ambient::now()).await {
            Ok(outcome) => {
                tracing::info!(job = id, outcome = word(&outcome), "answered");
                return;
            }
            Err(error) => {
                tracing::error!(job = id, error = chain(&error), "a job has no answer yet");
            }
        }
        if let Some(pause) = pause {
            sleep(pause).await;
        }
    }
    give_up(jobs, &event).await;
}

/// What the function `unanswered` does: else the action would wait for its time-out.
async fn give_up(jobs: PipelineJobs<'_>, event: &[u8]) {
    let Ok(job) = Job::parse(event) else {
        return;
    };
    if let Err(error) = jobs.give_up(&Unanswered::after_tries(&job)).await {
        tracing::error!(
            job = job.id(),
            error = chain(&error),
            "a job stays without an answer"
        );
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Registered(_) => "registered",
        Outcome::Waits { .. } => "waits",
        Outcome::Let(_) => "let through",
        Outcome::Released(_) => "released",
        Outcome::AnsweredBefore => "answered before",
        Outcome::Failed { .. } => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_is_found_by_name_and_by_arn() {
        for name in [
            "action",
            "action:live",
            "arn:aws:lambda:eu-west-1:123456789012:function:action",
            "arn:aws:lambda:eu-west-1:123456789012:function:action:7",
            "123456789012:function:action",
        ] {
            assert!(is_action(name), "{name}");
        }
        for name in [
            "other",
            "",
            "arn:aws:lambda:eu-west-1:123456789012:function:other",
            "reaction",
        ] {
            assert!(!is_action(name), "{name}");
        }
    }
}

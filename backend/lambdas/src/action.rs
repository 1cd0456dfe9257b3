//! The jobs of `CodePipeline`'s Lambda actions.

use domain::Timestamp;
use jobs::{Outcome, PipelineJobs, Work};
use serde_json::Value;
use sources::job::{Job, NotAJob};

/// Why `CodePipeline` has no answer. Lambda then delivers the job again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nobody to answer.
    #[error("this is no job that could be answered")]
    NotAJob(#[source] NotAJob),
    /// The answer did not get through.
    #[error("job {job} was not answered")]
    Unanswered {
        job: String,
        /// Why.
        #[source]
        source: jobs::Error,
    },
}

/// Does what a job asks for and answers `CodePipeline`. A job that fails is an answer too.
///
/// The event holds live credentials: it is read once, dropped, and never logged.
pub async fn run(jobs: PipelineJobs<'_>, event: Value, now: Timestamp) -> Result<(), Error> {
    let job = Job::parse(event.to_string().as_bytes()).map_err(Error::NotAJob)?;
    drop(event);
    let id = job.id().to_owned();
    // Boxed: what registering keeps in flight is too large for the stack.
    let answered = Box::pin(jobs.run(job, now)).await;
    let outcome = answered.map_err(|source| Error::Unanswered {
        job: id.clone(),
        source,
    })?;
    log(&id, &outcome);
    Ok(())
}

fn log(id: &str, outcome: &Outcome) {
    match outcome {
        Outcome::Registered(build) => {
            tracing::info!(
                job = id,
                app = %build.app,
                build = %build.id,
                number = build.number,
                "registered"
            );
        }
        Outcome::Waits { why } => tracing::info!(job = id, why, "a gate waits"),
        Outcome::Let(promotion) => {
            tracing::info!(job = id, promotion = %promotion.id, "let through");
        }
        Outcome::Released(release) => {
            tracing::info!(
                job = id,
                app = %release.app,
                build = %release.build,
                environment = %release.environment,
                "released"
            );
        }
        Outcome::AnsweredBefore => tracing::info!(job = id, "answered before"),
        // That a gate stays shut is what gates are for: no alarm.
        Outcome::Failed {
            work: Some(work @ (Work::Gate | Work::Release)),
            kind,
            message,
        } => {
            tracing::warn!(
                event = "move-refused",
                job = id,
                ?work,
                ?kind,
                reason = message,
                "answered with a failure"
            );
        }
        Outcome::Failed {
            work: Some(Work::Register) | None,
            kind,
            message,
        } => {
            // An alarm counts these lines by `event`: infra/lib/alarms/log-events.ts.
            tracing::warn!(
                event = "registration-failed",
                job = id,
                ?kind,
                reason = message,
                "answered with a failure"
            );
        }
    }
}

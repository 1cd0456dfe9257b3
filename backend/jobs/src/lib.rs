//! The jobs of `CodePipeline`'s Lambda actions, from what they are told to do ([`sources::job`]) to their answers. Only the answer counts: whatever the
//! function returns, the action waits until somebody calls `PutJobSuccessResult` or `PutJobFailureResult`.
//!
//! | file | what |
//! |---|---|
//! | `error` | why a job has no answer |
//! | `confirm` | which execution of which pipeline a job is of, and what that pipeline may ask for |
//! | `register` | `{"do":"register"}`: the build that the pipeline has made |
//! | `artifact` | what a job's input artifacts hold |
//! | `gate` | `{"do":"gate"}`: waits until a build may be released |
//! | `release` | `{"do":"release"}`: what a deploy stage did |
//! | `outputs` | what later actions can use |
//! | `failure` | why a job failed, in words for the pipeline's owner |
//! | `unanswered` | the answer to a job whose function failed |
//!
//! `CodePipeline`'s limits: without an answer an action hangs for 20 minutes; with continuation tokens, of at most 2,048
//! characters, a Lambda action may take 24 hours in all.

mod artifact;
mod confirm;
mod error;
mod failure;
mod gate;
mod outputs;
mod register;
mod release;
pub mod unanswered;

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    build::Build,
    causes::chain,
    id::{AppId, EnvironmentId},
    promotion::Promotion,
    release::Release,
};
use jiff::SignedDuration;
use portal::Portal;
use sources::job::{Job, parameters::Task, unanswered::Unanswered};
use targets::codepipeline::{Answered, FailureKind, Jobs};

pub use error::{Error, Result};
use failure::Failure;

/// How long a job waits. `CodePipeline` gives a Lambda action 24 hours, and then no reason.
const LONGEST: SignedDuration = SignedDuration::from_mins(23 * 60 + 30);

/// What a job was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a build.
    Registered(Box<Build>),
    /// With a token: it comes again.
    Waits {
        /// What it waits for.
        why: String,
    },
    /// That the build may be released.
    Let(Box<Promotion>),
    /// That the build is released.
    Released(Box<Release>),
    /// Before, so that what it comes to now is of no consequence.
    AnsweredBefore,
    /// With a failure.
    Failed {
        /// What the job was to do; `None` where it does not say.
        work: Option<Work>,
        kind: FailureKind,
        /// What the pipeline's owner reads.
        message: String,
    },
}

/// What a job is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// To register a build.
    Register,
    /// To wait until one may be released.
    Gate,
    /// To note that one is released.
    Release,
}

/// A success, as `CodePipeline` gets it.
struct Done {
    outputs: BTreeMap<String, String>,
    summary: String,
    external: Option<String>,
    continuation: Option<String>,
    outcome: Outcome,
}

/// The jobs of `CodePipeline`'s Lambda actions.
#[derive(Clone, Copy, Debug)]
pub struct PipelineJobs<'p> {
    portal: &'p Portal,
    codepipeline: &'p Jobs,
}

/// What jobs are told to do.
#[derive(Clone, Copy, Debug)]
struct Tasks<'j> {
    jobs: PipelineJobs<'j>,
    /// Of the account that the job is in.
    codepipeline: &'j Jobs,
}

impl<'p> PipelineJobs<'p> {
    /// The jobs of a portal, and what answers them.
    pub const fn new(portal: &'p Portal, codepipeline: &'p Jobs) -> Self {
        Self {
            portal,
            codepipeline,
        }
    }

    /// Does what a job asks for and answers it. An error means that `CodePipeline` has no answer yet, so that the job
    /// must come again: what passes by itself, such as a table that does not answer, fails no pipeline at once.
    pub async fn run(self, job: Job, now: Timestamp) -> Result<Outcome> {
        let codepipeline = self.codepipeline.of_account(job.account.as_deref());
        let id = job.id.clone();
        let (work, done) = self.work(&codepipeline, job, now).await;
        match done {
            Ok(done) => {
                let external = done.external.as_deref();
                let continuation = done.continuation.as_deref();
                codepipeline
                    .succeed(&id, &done.outputs, &done.summary, external, continuation)
                    .await
                    .map_err(Error::Answer)?;
                Ok(done.outcome)
            }
            Err(Failure {
                cause: Some(cause), ..
            }) if cause.is_passing() => Err(cause),
            Err(Failure {
                kind,
                message,
                cause,
            }) => {
                if let Some(cause) = cause {
                    tracing::error!(job = %id, error = %chain(&cause), "a job failed through no fault of its pipeline");
                }
                let answered = codepipeline.fail(&id, kind, &message).await;
                match answered.map_err(Error::Answer)? {
                    Answered::Before => Ok(Outcome::AnsweredBefore),
                    Answered::Now => Ok(Outcome::Failed {
                        work,
                        kind,
                        message,
                    }),
                }
            }
        }
    }

    /// Answers that a job failed whose last try ended without an answer.
    pub async fn give_up(self, unanswered: &Unanswered) -> Result<Answered> {
        unanswered::answer(unanswered, self.codepipeline).await
    }

    async fn work(
        self,
        codepipeline: &Jobs,
        job: Job,
        now: Timestamp,
    ) -> (Option<Work>, Result<Done, Failure>) {
        let tasks = Tasks {
            jobs: self,
            codepipeline,
        };
        match Task::parse(job.parameters.as_deref()) {
            Err(message) => (None, Err(Failure::configuration(message))),
            Ok(Task::Register(parameters)) => {
                let done = tasks.register_job(job, parameters, now).await;
                (Some(Work::Register), done)
            }
            Ok(Task::Gate(asked)) => {
                let done = tasks.gate_job(&job, &asked, now).await;
                (Some(Work::Gate), done)
            }
            Ok(Task::Release(asked)) => {
                let done = tasks.release_job(&job, &asked, now).await;
                (Some(Work::Release), done)
            }
        }
    }

    fn check_names(self, app: &AppId, environment: Option<&EnvironmentId>) -> Result<(), Failure> {
        let catalog = self.portal.catalog();
        if catalog.app(app).is_none() {
            let known = catalog.apps.iter().map(|app| app.id.as_str());
            return Err(unknown("app", app.as_str(), known));
        }
        if let Some(environment) = environment
            && catalog.environment(environment).is_none()
        {
            let known = catalog.environments.iter().map(|known| known.id.as_str());
            return Err(unknown("environment", environment.as_str(), known));
        }
        Ok(())
    }
}

fn unknown<'a>(what: &str, asked: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let known: Vec<&str> = known.collect();
    Failure::configuration(format!(
        "UserParameters names the {what} {asked}, which the portal does not know. Known are {}. Correct the name, or add \
         it to towpath.toml.",
        known.join(", ")
    ))
}

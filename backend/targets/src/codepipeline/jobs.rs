//! Answers to AWS `CodePipeline`'s jobs.
//!
//! A Lambda action waits for its answer, whatever the function returns, and hangs for 20 minutes without one. So an
//! answer is cut to what the API accepts rather than refused for its length, and an answer that `CodePipeline` already has
//! is no error. The limits are those of the API's own model (`PutJobSuccessResult`, `PutJobFailureResult`).

use std::{collections::BTreeMap, fmt};

use aws_sdk_codepipeline::{
    Client,
    config::Credentials,
    error::{BuildError, SdkError},
    operation::{
        put_job_failure_result::PutJobFailureResultError,
        put_job_success_result::PutJobSuccessResultError,
    },
    types::{ExecutionDetails, FailureDetails, FailureType},
};

use super::client;
use crate::role::{self, Role};

/// The longest message of a failure, in characters.
pub const MESSAGE_LIMIT: usize = 5000;

/// The longest summary of a success, in characters.
pub const SUMMARY_LIMIT: usize = 2048;

/// The longest external identifier, in characters.
const EXTERNAL_ID_LIMIT: usize = 1500;

/// The longest value of an output variable, in characters: what the `UserParameters` of a later action can hold.
pub const OUTPUT_LIMIT: usize = 1000;

/// Answers jobs. Failed calls are tried again as the SDK does by default.
#[derive(Clone)]
pub struct Jobs {
    pub(super) client: Client,
    /// How to answer jobs of another account.
    elsewhere: Option<(String, Client)>,
}

/// Whether an answer changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// `CodePipeline` took the answer.
    Now,
    /// The job had been answered before, or nobody waits for it any more.
    Before,
}

/// Whom a failure asks to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// What the job was to do cannot be done: for the person who made the artifact.
    JobFailed,
    /// The action is configured wrongly: the pipeline's owner.
    Configuration,
    /// Something is not allowed: the owner of the roles.
    Permission,
    /// The artifact is gone: run the pipeline again.
    RevisionUnavailable,
    /// The portal or AWS is at fault: try again later.
    SystemUnavailable,
}

/// Why a job could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `CodePipeline` knows of no such job.
    #[error("CodePipeline knows of no job {job}")]
    NoSuchJob { job: String },
    /// The answer lacks something that `CodePipeline` asks for.
    #[error("the answer to job {job} is incomplete")]
    Incomplete {
        job: String,
        /// What it lacks.
        #[source]
        source: BuildError,
    },
    /// `CodePipeline` did not take a success.
    #[error("CodePipeline did not take the success of job {job}")]
    Success {
        job: String,
        /// Its reason.
        #[source]
        source: Box<SdkError<PutJobSuccessResultError>>,
    },
    /// `CodePipeline` did not take a failure.
    #[error("CodePipeline did not take the failure of job {job}")]
    Failure {
        job: String,
        /// Its reason.
        #[source]
        source: Box<SdkError<PutJobFailureResultError>>,
    },
}

impl Jobs {
    /// A client that signs with the credentials of the environment, as in a Lambda. `endpoint` is where `CodePipeline` listens, when
    /// it is not AWS's own. The jobs of the account of `elsewhere` are answered in that role.
    pub async fn connect(endpoint: Option<&str>, region: &str, elsewhere: Option<&Role>) -> Self {
        let config = role::config(region, None).await;
        let elsewhere = match elsewhere {
            None => None,
            Some(role) => {
                let config = role::taken_on(&config, role, region).await;
                let account = role.account().map(ToOwned::to_owned);
                account.map(|account| (account, client(&config, endpoint)))
            }
        };
        Self {
            client: client(&config, endpoint),
            elsewhere,
        }
    }

    /// A client that signs with a key id and a secret, for a server of one's own.
    pub async fn connect_as(endpoint: Option<&str>, region: &str, id: &str, secret: &str) -> Self {
        let credentials = Credentials::new(id, secret, None, None, "settings");
        let config = role::config(region, Some(credentials)).await;
        Self {
            client: client(&config, endpoint),
            elsewhere: None,
        }
    }

    /// Answers the jobs of pipelines in that account: a job that is not looked for where it lives is not found.
    #[must_use]
    pub fn of_account(&self, account: Option<&str>) -> Self {
        match &self.elsewhere {
            Some((there, client)) if Some(there.as_str()) == account => Self {
                client: client.clone(),
                elsewhere: None,
            },
            _ => self.clone(),
        }
    }

    /// The other account whose pipelines' jobs are answered, where there is one.
    pub fn other_account(&self) -> Option<&str> {
        self.elsewhere.as_ref().map(|(account, _)| account.as_str())
    }

    /// The job is done: its output variables, one line for the pipeline's page, and what the portal calls the outcome.
    /// With a `continuation` it is not done yet: `CodePipeline` asks again with that token.
    pub async fn succeed(
        &self,
        job: &str,
        outputs: &BTreeMap<String, String>,
        summary: &str,
        external_id: Option<&str>,
        continuation: Option<&str>,
    ) -> Result<Answered, Error> {
        let details = ExecutionDetails::builder()
            .set_summary(text(summary, SUMMARY_LIMIT))
            .set_external_execution_id(external_id.and_then(|id| text(id, EXTERNAL_ID_LIMIT)))
            .set_percent_complete(continuation.is_none().then_some(100));
        let call = self
            .client
            .put_job_success_result()
            .job_id(job)
            .execution_details(details.build())
            .set_output_variables(output_variables(outputs))
            .set_continuation_token(continuation.map(ToOwned::to_owned));
        match Box::pin(call.send()).await {
            Ok(_) => Ok(Answered::Now),
            Err(error) => match error.as_service_error() {
                Some(PutJobSuccessResultError::InvalidJobStateException(_)) => Ok(before(job)),
                Some(PutJobSuccessResultError::JobNotFoundException(_)) => Err(Error::NoSuchJob {
                    job: job.to_owned(),
                }),
                _ => Err(Error::Success {
                    job: job.to_owned(),
                    source: Box::new(error),
                }),
            },
        }
    }

    /// The job cannot be done: whose it is to act, and what to do.
    pub async fn fail(
        &self,
        job: &str,
        kind: FailureKind,
        message: &str,
    ) -> Result<Answered, Error> {
        let message = text(message, MESSAGE_LIMIT)
            .unwrap_or_else(|| "Towpath could not do this job and gave no reason.".to_owned());
        let details = FailureDetails::builder()
            .r#type(kind.into())
            .message(message)
            .build()
            .map_err(|source| Error::Incomplete {
                job: job.to_owned(),
                source,
            })?;
        let call = self
            .client
            .put_job_failure_result()
            .job_id(job)
            .failure_details(details);
        match Box::pin(call.send()).await {
            Ok(_) => Ok(Answered::Now),
            Err(error) => match error.as_service_error() {
                Some(PutJobFailureResultError::InvalidJobStateException(_)) => Ok(before(job)),
                Some(PutJobFailureResultError::JobNotFoundException(_)) => Err(Error::NoSuchJob {
                    job: job.to_owned(),
                }),
                _ => Err(Error::Failure {
                    job: job.to_owned(),
                    source: Box::new(error),
                }),
            },
        }
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").finish_non_exhaustive()
    }
}

impl From<FailureKind> for FailureType {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::JobFailed => Self::JobFailed,
            FailureKind::Configuration => Self::ConfigurationError,
            FailureKind::Permission => Self::PermissionError,
            FailureKind::RevisionUnavailable => Self::RevisionUnavailable,
            FailureKind::SystemUnavailable => Self::SystemUnavailable,
        }
    }
}

fn before(job: &str) -> Answered {
    tracing::info!(job, "the job had been answered before");
    Answered::Before
}

/// A text as the API takes it: not empty, and at the most `limit` characters long.
fn text(text: &str, limit: usize) -> Option<String> {
    let text = text.trim();
    if text.chars().count() <= limit {
        return (!text.is_empty()).then(|| text.to_owned());
    }
    Some(text.chars().take(limit - 1).chain(['…']).collect())
}

/// Output variables as the API takes them: names of letters, digits, `@`, `-` and `_`, values that are not empty.
fn output_variables(
    outputs: &BTreeMap<String, String>,
) -> Option<std::collections::HashMap<String, String>> {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "@-_".contains(c) {
            c
        } else {
            '_'
        }
    };
    let outputs: std::collections::HashMap<_, _> = outputs
        .iter()
        .filter_map(|(name, value)| {
            Some((
                name.chars().map(plain).collect(),
                text(value, OUTPUT_LIMIT)?,
            ))
        })
        .collect();
    (!outputs.is_empty()).then_some(outputs)
}

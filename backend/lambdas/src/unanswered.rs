//! The jobs that `action` left without an answer: Lambda's on-failure destination of its asynchronous invocations.
//!
//! This function needs neither table nor bucket nor configuration: whatever kept `action` from answering should not keep this
//! one. Its role may answer jobs and nothing else.

use domain::{Timestamp, id::EnvironmentId};
use serde_json::Value;
use sources::job::unanswered::{NotARecord, Unanswered};
use targets::{
    Role,
    codepipeline::{Answered, Jobs},
};

use crate::{
    metrics::{Metric, Metrics},
    settings::{self, Error as SettingsError},
};

/// The function's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    region: String,
    /// Where `CodePipeline` listens, when it is not AWS's own.
    endpoint: Option<String>,
    /// The role to answer jobs of another account in.
    jobs_role: Option<Role>,
    /// The environment that this deployment is of.
    pub home: Option<EnvironmentId>,
}

/// Why a job still has no answer. Lambda then delivers the record again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nobody to answer.
    #[error("this is no record of a job that could be answered")]
    NotARecord(#[source] NotARecord),
    /// The answer did not get through.
    #[error("job {job} was not answered")]
    Unanswered {
        job: String,
        /// Why.
        #[source]
        source: jobs::Error,
    },
}

impl Settings {
    /// Reads the settings. `variable` looks up one variable of the environment.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        Ok(Self {
            region: variable("AWS_REGION").ok_or(settings::NO_REGION)?,
            endpoint: variable("AWS_ENDPOINT_URL_CODEPIPELINE")
                .or_else(|| variable("AWS_ENDPOINT_URL")),
            jobs_role: settings::role(&variable, "TOWPATH_JOBS_ROLE")?,
            home: variable("TOWPATH_HOME").map(settings::home).transpose()?,
        })
    }

    /// How jobs are answered.
    pub async fn jobs(&self) -> Jobs {
        Jobs::connect(
            self.endpoint.as_deref(),
            &self.region,
            self.jobs_role.as_ref(),
        )
        .await
    }
}

/// Answers the job of a record with a failure, unless it has an answer.
///
/// The record holds live credentials: only the job's identity is read of it, and it is never logged.
pub async fn run(
    jobs: &Jobs,
    metrics: &Metrics,
    record: Value,
    now: Timestamp,
) -> Result<(), Error> {
    let unanswered = Unanswered::parse(record.to_string().as_bytes()).map_err(Error::NotARecord)?;
    drop(record);
    let answered = jobs::unanswered::answer(&unanswered, jobs).await;
    let answered = answered.map_err(|source| Error::Unanswered {
        job: unanswered.job().to_owned(),
        source,
    })?;
    let (job, request) = (unanswered.job(), unanswered.request());
    match answered {
        Answered::Now => {
            metrics.put(now, &[(Metric::JobsUnanswered, 1)]);
            tracing::error!(
                event = "job-unanswered",
                job,
                action_request = request,
                reason = unanswered.message(),
                "answered for a function that ended without an answer"
            );
        }
        Answered::Before => {
            tracing::info!(job, action_request = request, "the job needs no answer");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_needs_no_more_than_a_region() {
        let settings =
            Settings::read(|name| (name == "AWS_REGION").then(|| "eu-west-1".to_owned())).unwrap();
        assert!(settings.jobs_role.is_none() && settings.home.is_none());
        let missing = Settings::read(|_| None).unwrap_err().to_string();
        assert!(missing.starts_with("AWS_REGION is not set"), "{missing}");
    }
}

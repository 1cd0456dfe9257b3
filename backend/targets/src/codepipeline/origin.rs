//! Which execution a job is of, by `CodePipeline`'s own word. The event that a function gets does not say it, and what the
//! action's parameters say is written by the owner of the pipeline.
//!
//! The answer of `GetJobDetails` holds live credentials. So nothing of it but names is kept, and an answer that cannot be
//! read is not part of any error.

use aws_sdk_codepipeline::{
    error::{ProvideErrorMetadata, SdkError},
    operation::get_job_details::{GetJobDetailsError, GetJobDetailsOutput},
    types::{ActionCategory, ActionExecutionDetail, ActionExecutionFilter, ActionExecutionStatus},
};

use super::{CallError, Jobs};

/// How many of an execution's newest actions are asked for at once.
const PAGE: i32 = 100;
/// How many pages are looked through: a pipeline has at most 1,000 actions.
const PAGES: usize = 20;

/// Where a job comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The account of the pipeline.
    pub account: Option<String>,
    pub region: Option<String>,
    /// Its name.
    pub pipeline: String,
    pub execution: String,
    pub stage: String,
    pub action: String,
}

/// Why nobody knows where a job comes from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// `CodePipeline` does not say.
    #[error("CodePipeline does not say which execution the job is of: {reason}")]
    Withheld {
        /// Its words, or what its answer lacks.
        reason: String,
    },
    /// `CodePipeline` could not be asked now.
    #[error("CodePipeline could not be asked which execution the job is of: {reason}")]
    Unavailable {
        /// What happened.
        reason: String,
    },
}

/// An execution of a Lambda action that has no answer yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    pub stage: String,
    pub action: String,
    /// Its `UserParameters`, with the variables replaced.
    pub parameters: Option<String>,
    /// Its input artifacts.
    pub inputs: Vec<Place>,
}

/// Where an artifact lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub bucket: String,
    pub key: String,
}

/// What a source action fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRevision {
    /// The commit, or another version.
    pub id: String,
    /// What it says of itself.
    pub summary: Option<String>,
    /// Where to read it.
    pub url: Option<String>,
}

impl Jobs {
    /// Where a job comes from.
    pub async fn origin(&self, job: &str) -> Result<Origin, OriginError> {
        match Box::pin(self.client.get_job_details().job_id(job).send()).await {
            Ok(answer) => origin(answer),
            Err(error) => Err(unknown(&error)),
        }
    }

    /// The Lambda actions of an execution that have no answer yet.
    pub async fn invocations(
        &self,
        pipeline: &str,
        execution: &str,
    ) -> Result<Vec<Invocation>, CallError> {
        let filter = ActionExecutionFilter::builder().pipeline_execution_id(execution);
        let asked = self.client.list_action_executions();
        let asked = asked.pipeline_name(pipeline).filter(filter.build());
        let mut pages = asked.max_results(PAGE).into_paginator().send();
        let mut found = Vec::new();
        for _ in 0..PAGES {
            let Some(page) = pages.next().await else {
                break;
            };
            let page = page.map_err(|error| CallError::of("ListActionExecutions", error))?;
            let actions = page.action_execution_details.unwrap_or_default();
            found.extend(actions.into_iter().filter_map(invocation));
        }
        Ok(found)
    }

    /// What the source actions of an execution fetched.
    pub async fn source_revisions(
        &self,
        pipeline: &str,
        execution: &str,
    ) -> Result<Vec<SourceRevision>, CallError> {
        let asked = self.client.get_pipeline_execution();
        let asked = asked
            .pipeline_name(pipeline)
            .pipeline_execution_id(execution);
        let answer = Box::pin(asked.send()).await;
        let answer = answer.map_err(|error| CallError::of("GetPipelineExecution", error))?;
        let found = answer.pipeline_execution;
        let found = found.and_then(|found| found.artifact_revisions);
        let found = found.unwrap_or_default().into_iter();
        Ok(found
            .filter_map(|revision| {
                Some(SourceRevision {
                    id: revision.revision_id?,
                    summary: revision.revision_summary,
                    url: revision.revision_url,
                })
            })
            .collect())
    }
}

fn origin(answer: GetJobDetailsOutput) -> Result<Origin, OriginError> {
    let withheld = |what: &str| OriginError::Withheld {
        reason: format!("its answer names no {what}"),
    };
    let details = answer.job_details.ok_or_else(|| withheld("job"))?;
    let context = details.data.and_then(|data| data.pipeline_context);
    let context = context.ok_or_else(|| withheld("pipeline"))?;
    let arn = context.pipeline_arn.unwrap_or_default();
    let of_arn = |part: usize| {
        let part = arn.split(':').nth(part);
        part.filter(|part| !part.is_empty()).map(ToOwned::to_owned)
    };
    let stage = context.stage.and_then(|stage| stage.name);
    let action = context.action.and_then(|action| action.name);
    Ok(Origin {
        account: of_arn(4).or(details.account_id),
        region: of_arn(3),
        pipeline: context
            .pipeline_name
            .filter(|name| !name.is_empty())
            .ok_or_else(|| withheld("pipeline"))?,
        execution: context
            .pipeline_execution_id
            .filter(|id| !id.is_empty())
            .ok_or_else(|| withheld("execution"))?,
        stage: stage.unwrap_or_default(),
        action: action.unwrap_or_default(),
    })
}

/// What is in an answer that made no sense must not get into a log, so that only its kind is told.
fn unknown(error: &SdkError<GetJobDetailsError>) -> OriginError {
    let reason = match error {
        SdkError::ServiceError(answer) => {
            let (code, message) = (answer.err().code(), answer.err().message());
            let code = code.unwrap_or("an error without a name");
            let words = match message {
                Some(message) => format!("{code}: {message}"),
                None => code.to_owned(),
            };
            let refused = answer.raw().status().is_client_error();
            if refused && !CallError::is_busy(code) {
                return OriginError::Withheld { reason: words };
            }
            words
        }
        SdkError::ConstructionFailure(_) => {
            let reason = "the call could not be made".to_owned();
            return OriginError::Withheld { reason };
        }
        SdkError::TimeoutError(_) => "it did not answer in time".to_owned(),
        SdkError::DispatchFailure(_) => "it could not be reached".to_owned(),
        _ => "its answer made no sense".to_owned(),
    };
    OriginError::Unavailable { reason }
}

fn invocation(found: ActionExecutionDetail) -> Option<Invocation> {
    let input = found.input?;
    let kind = input.action_type_id?;
    let waits = found.status == Some(ActionExecutionStatus::InProgress)
        && kind.category == ActionCategory::Invoke
        && kind.provider == "Lambda";
    if !waits {
        return None;
    }
    let artifacts = input.input_artifacts.unwrap_or_default().into_iter();
    let inputs = artifacts.filter_map(|artifact| {
        let place = artifact.s3_location?;
        Some(Place {
            bucket: place.bucket?,
            key: place.key?,
        })
    });
    let mut configuration = input.resolved_configuration.unwrap_or_default();
    Some(Invocation {
        stage: found.stage_name.unwrap_or_default(),
        action: found.action_name.unwrap_or_default(),
        parameters: configuration.remove("UserParameters"),
        inputs: inputs.collect(),
    })
}

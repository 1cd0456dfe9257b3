//! Finding an execution again, and asking how it does. Nothing here changes anything.

use std::collections::BTreeMap;

use aws_sdk_codepipeline::types::{
    ActionExecutionDetail, ActionExecutionFilter, ActionExecutionStatus, ExecutionType,
    PipelineExecutionStatus, PipelineExecutionSummary,
};
use aws_smithy_types::DateTime;
use domain::{Timestamp, status::Status};

use super::{CallError, Pipeline};

/// How many of a pipeline's newest executions are looked through.
const NEWEST: i32 = 100;
/// By how many seconds `CodePipeline`'s clock may be behind ours.
const SLACK: i64 = 120;

/// One execution of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// Its identifier.
    pub id: String,
    /// How it does.
    pub status: Status,
    /// `CodePipeline`'s own word for that.
    pub word: String,
    /// What it was started with.
    pub variables: BTreeMap<String, String>,
}

/// One execution of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRun {
    pub stage: String,
    /// Its name.
    pub action: String,
    /// How it does.
    pub status: Status,
    /// What its provider calls it: an approval's token, while one waits.
    pub external_id: Option<String>,
    /// What was said to it.
    pub summary: Option<String>,
}

impl Pipeline {
    /// The execution of that identifier.
    pub async fn execution(&self, id: &str) -> Result<Option<Execution>, CallError> {
        let asked = self.client.get_pipeline_execution();
        let asked = asked.pipeline_name(&self.name).pipeline_execution_id(id);
        let found = match Box::pin(asked.send()).await {
            Ok(answer) => answer.pipeline_execution,
            Err(error) => {
                let error = CallError::of("GetPipelineExecution", error);
                return if error.is("PipelineExecutionNotFoundException") {
                    Ok(None)
                } else {
                    Err(error)
                };
            }
        };
        Ok(found.map(|found| Execution {
            id: id.to_owned(),
            status: found.status.as_ref().map_or(Status::Unknown, status),
            word: word(found.status.as_ref()),
            variables: found
                .variables
                .unwrap_or_default()
                .into_iter()
                .filter_map(|variable| Some((variable.name?, variable.resolved_value?)))
                .collect(),
        }))
    }

    /// The execution that was started with that value of a variable, no earlier than `since`: a call whose answer was lost
    /// is found again by it.
    pub async fn started_with(
        &self,
        variable: &str,
        value: &str,
        since: Timestamp,
    ) -> Result<Option<Execution>, CallError> {
        for summary in self.newest(since).await? {
            if is_rollback(&summary) {
                continue;
            }
            let Some(id) = summary.pipeline_execution_id() else {
                continue;
            };
            let found = self.execution(id).await?;
            let carries = |it: &Execution| it.variables.get(variable).is_some_and(|it| it == value);
            if let Some(found) = found.filter(carries) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The newest execution that rolls back to another, started no earlier than `since`.
    pub async fn rollback_to(
        &self,
        target: &str,
        since: Timestamp,
    ) -> Result<Option<Execution>, CallError> {
        let newest = self.newest(since).await?;
        let found = newest.into_iter().find(|summary| {
            let metadata = summary.rollback_metadata();
            let to = metadata.and_then(|it| it.rollback_target_pipeline_execution_id());
            to == Some(target)
        });
        match found.and_then(|summary| summary.pipeline_execution_id) {
            Some(id) => self.execution(&id).await,
            None => Ok(None),
        }
    }

    /// What an execution's actions do, the newest first.
    pub async fn actions(&self, execution: &str) -> Result<Vec<ActionRun>, CallError> {
        let filter = ActionExecutionFilter::builder().pipeline_execution_id(execution);
        let asked = self.client.list_action_executions();
        let asked = asked.pipeline_name(&self.name).filter(filter.build());
        let answer = Box::pin(asked.max_results(NEWEST).send()).await;
        let answer = answer.map_err(|error| CallError::of("ListActionExecutions", error))?;
        let found = answer.action_execution_details.unwrap_or_default();
        Ok(found.into_iter().map(action).collect())
    }

    async fn newest(&self, since: Timestamp) -> Result<Vec<PipelineExecutionSummary>, CallError> {
        let asked = self.client.list_pipeline_executions();
        let asked = asked.pipeline_name(&self.name).max_results(NEWEST);
        let answer = Box::pin(asked.send()).await;
        let answer = answer.map_err(|error| CallError::of("ListPipelineExecutions", error))?;
        let after = DateTime::from_secs(since.as_second() - SLACK);
        let mut found = answer.pipeline_execution_summaries.unwrap_or_default();
        found.retain(|summary| summary.start_time().is_none_or(|at| *at >= after));
        Ok(found)
    }
}

fn action(found: ActionExecutionDetail) -> ActionRun {
    let result = found.output.and_then(|output| output.execution_result);
    let (external_id, summary) = result.map_or((None, None), |result| {
        (
            result.external_execution_id,
            result.external_execution_summary,
        )
    });
    ActionRun {
        stage: found.stage_name.unwrap_or_default(),
        action: found.action_name.unwrap_or_default(),
        status: match found.status {
            Some(ActionExecutionStatus::InProgress) => Status::Running,
            Some(ActionExecutionStatus::Succeeded) => Status::Succeeded,
            Some(ActionExecutionStatus::Failed) => Status::Failed,
            Some(ActionExecutionStatus::Abandoned) => Status::Canceled,
            Some(_) | None => Status::Unknown,
        },
        external_id,
        summary,
    }
}

fn is_rollback(summary: &PipelineExecutionSummary) -> bool {
    summary.execution_type() == Some(&ExecutionType::Rollback)
}

fn status(status: &PipelineExecutionStatus) -> Status {
    match status {
        PipelineExecutionStatus::InProgress => Status::Running,
        PipelineExecutionStatus::Stopping => Status::Stopping,
        PipelineExecutionStatus::Succeeded => Status::Succeeded,
        PipelineExecutionStatus::Superseded => Status::Superseded,
        PipelineExecutionStatus::Stopped | PipelineExecutionStatus::Cancelled => Status::Canceled,
        PipelineExecutionStatus::Failed => Status::Failed,
        _ => Status::Unknown,
    }
}

fn word(status: Option<&PipelineExecutionStatus>) -> String {
    status.map_or_else(String::new, |status| status.as_str().to_owned())
}

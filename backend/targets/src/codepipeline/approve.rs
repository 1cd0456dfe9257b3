//! Answering an approval action that waits, in the very execution that carries a build.
//!
//! In the modes SUPERSEDED and QUEUED a pipeline's state has the token of the approval that waits, which is that of the
//! stage's latest execution. In PARALLEL mode the state belongs to no one execution, and the token is what the action's own
//! execution has as its external identifier.

use aws_sdk_codepipeline::types::{ApprovalResult, ApprovalStatus};
use domain::status::Status;

use super::{
    ActionRun, CallError, Pipeline,
    pipelines::{call, once},
};

/// The longest summary of an approval, in characters.
const SUMMARY_LIMIT: usize = 512;

/// An approval action, in an execution.
#[derive(Clone, Copy, Debug)]
pub struct Approval<'a> {
    /// The execution that carries the build.
    pub execution: &'a str,
    pub stage: &'a str,
    pub action: &'a str,
}

/// How an approval action stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The execution has not reached it.
    NotYet,
    /// It waits for an answer with this token.
    Token(String),
    /// It has been answered: by whom, its summary may tell.
    Answered(ActionRun),
}

impl Pipeline {
    /// How an approval stands.
    pub async fn approval(&self, approval: Approval<'_>) -> Result<Waiting, CallError> {
        let actions = self.actions(approval.execution).await?;
        let newest = actions
            .into_iter()
            .find(|run| run.stage == approval.stage && run.action == approval.action);
        let Some(run) = newest else {
            return Ok(Waiting::NotYet);
        };
        if run.status != Status::Running {
            return Ok(Waiting::Answered(run));
        }
        match self.token_of_state(approval).await? {
            Some(token) => Ok(Waiting::Token(token)),
            None => Ok(run.external_id.map_or(Waiting::NotYet, Waiting::Token)),
        }
    }

    /// Says yes. A token works once, so that saying it again changes nothing.
    pub async fn approve(
        &self,
        approval: Approval<'_>,
        token: &str,
        summary: &str,
    ) -> Result<(), CallError> {
        let operation = "PutApprovalResult";
        let summary: String = summary.chars().take(SUMMARY_LIMIT).collect();
        let result = ApprovalResult::builder()
            .status(ApprovalStatus::Approved)
            .summary(summary)
            .build()
            .map_err(|error| CallError::Refused {
                operation,
                code: String::new(),
                reason: error.to_string(),
            })?;
        call(operation, || {
            self.client
                .put_approval_result()
                .pipeline_name(&self.name)
                .stage_name(approval.stage)
                .action_name(approval.action)
                .token(token)
                .result(result.clone())
                .customize()
                .config_override(once())
                .send()
        })
        .await?;
        Ok(())
    }

    /// The token in the pipeline's state, if the stage is at this execution.
    async fn token_of_state(&self, approval: Approval<'_>) -> Result<Option<String>, CallError> {
        let asked = self.client.get_pipeline_state().name(&self.name);
        let answer = Box::pin(asked.send()).await;
        let answer = answer.map_err(|error| CallError::of("GetPipelineState", error))?;
        let mut stages = answer.stage_states().iter();
        let stage = stages.find(|stage| stage.stage_name() == Some(approval.stage));
        let here = stage.filter(|stage| {
            let latest = stage.latest_execution();
            latest.is_some_and(|it| it.pipeline_execution_id() == approval.execution)
        });
        let mut actions = here.map_or(&[][..], |stage| stage.action_states()).iter();
        let action = actions.find(|action| action.action_name() == Some(approval.action));
        let latest = action.and_then(|action| action.latest_execution());
        Ok(latest.and_then(|it| it.token()).map(ToOwned::to_owned))
    }
}

//! A person's answer to a manual approval.

use super::{Effect, Turn};
use crate::{
    model::execution::{ActionResult, ActionStatus},
    protocol::error::ApiError,
};

/// What the person says.
pub(crate) struct Answer<'a> {
    pub(crate) stage: &'a str,
    pub(crate) action: &'a str,
    pub(crate) token: &'a str,
    pub(crate) approved: bool,
    pub(crate) summary: &'a str,
    pub(crate) by: &'a str,
}

impl Turn<'_> {
    /// Approves or rejects.
    pub(crate) fn approve(&mut self, answer: &Answer<'_>) -> Result<(), ApiError> {
        let (execution, action) = self.find_approval(answer)?;
        if let Some(run) = self
            .pipeline
            .execution_mut(&execution)
            .and_then(|execution| execution.actions.iter_mut().find(|run| run.id == action))
        {
            run.updated_by = Some(answer.by.to_owned());
        }
        let mut result = if answer.approved {
            ActionResult::default()
        } else {
            let reason = if answer.summary.is_empty() {
                "Rejected"
            } else {
                answer.summary
            };
            ActionResult::failed("JobFailed", reason)
        };
        result.external_id = Some(answer.token.to_owned());
        result.summary = (!answer.summary.is_empty()).then(|| answer.summary.to_owned());
        self.effects.push(Effect::Cancel(action.clone()));
        self.finish(&execution, &action, result);
        Ok(())
    }

    /// The execution and the action execution that the answer is for.
    fn find_approval(&self, answer: &Answer<'_>) -> Result<(String, String), ApiError> {
        let name = &self.pipeline.declaration.name;
        let stage = self
            .pipeline
            .declaration
            .stages
            .iter()
            .find(|stage| stage.name == answer.stage)
            .ok_or_else(|| ApiError::no_stage(name, answer.stage))?;
        if !stage
            .actions
            .iter()
            .any(|action| action.name == answer.action)
        {
            return Err(ApiError::new(
                "ActionNotFoundException",
                format!(
                    "Action '{}' does not exist in stage '{}'",
                    answer.action, answer.stage
                ),
            ));
        }
        let found = self.pipeline.executions.iter().find_map(|execution| {
            let run = execution.actions.iter().find(|run| {
                run.stage_name == answer.stage
                    && run.name == answer.action
                    && run.token.as_deref() == Some(answer.token)
            })?;
            Some((execution.id.clone(), run.id.clone(), run.status))
        });
        match found {
            Some((execution, action, ActionStatus::InProgress)) => Ok((execution, action)),
            Some(_) => Err(ApiError::new(
                "ApprovalAlreadyCompletedException",
                "The approval action has already been approved or rejected",
            )),
            None => Err(ApiError::new(
                "InvalidApprovalTokenException",
                "The approval token is not that of the approval which waits now",
            )),
        }
    }
}

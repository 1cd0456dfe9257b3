//! Stopping an execution, and retrying a stage.

use super::{Effect, Turn};
use crate::{
    model::execution::{ActionStatus, ExecutionStatus, Position, StageStatus, Stop},
    protocol::error::ApiError,
};

impl Turn<'_> {
    /// Stops an execution: after the actions at work, or leaving them behind.
    pub(crate) fn stop(
        &mut self,
        id: &str,
        abandon: bool,
        reason: Option<String>,
    ) -> Result<(), ApiError> {
        let name = self.pipeline.declaration.name.clone();
        let Some(execution) = self.pipeline.execution_mut(id) else {
            return Err(ApiError::new(
                "PipelineExecutionNotStoppableException",
                format!("Pipeline '{name}' does not have an execution with id '{id}'"),
            ));
        };
        if execution.is_over() {
            return Err(ApiError::new(
                "PipelineExecutionNotStoppableException",
                format!("The execution '{id}' is not in progress"),
            ));
        }
        if execution
            .stop
            .as_ref()
            .is_some_and(|stop| stop.abandon || !abandon)
        {
            return Err(ApiError::new(
                "DuplicatedStopRequestException",
                format!("The execution '{id}' is already stopping"),
            ));
        }
        let first = execution.stop.is_none();
        execution.stop = Some(Stop { abandon, reason });
        execution.status = ExecutionStatus::Stopping;
        let position = execution.position;
        if first {
            self.tell_pipeline(id, "STOPPING");
        }
        match position {
            Position::Waiting(stage) => {
                self.end(id, ExecutionStatus::Stopped, stage);
                self.tell_pipeline(id, "STOPPED");
                self.settle();
            }
            Position::Inside(stage) => self.stop_inside(id, stage, abandon, first),
            Position::Ended(_) => {}
        }
        Ok(())
    }

    fn stop_inside(&mut self, id: &str, stage: usize, abandon: bool, first: bool) {
        if let Some(run) = self
            .pipeline
            .execution_mut(id)
            .and_then(|execution| execution.stages.get_mut(&stage))
        {
            run.status = StageStatus::Stopping;
        }
        if first {
            self.tell_stage(id, stage, "STOPPING");
        }
        if abandon {
            self.abandon(id);
        }
        self.advance(id, stage);
    }

    fn abandon(&mut self, id: &str) {
        let now = self.now;
        let Some(execution) = self.pipeline.execution_mut(id) else {
            return;
        };
        let mut left = Vec::new();
        for run in execution
            .actions
            .iter_mut()
            .filter(|run| run.status == ActionStatus::InProgress)
        {
            run.status = ActionStatus::Abandoned;
            run.updated_at = now;
            left.push(run.id.clone());
        }
        for action in left {
            self.running.remove(&action);
            self.effects.push(Effect::Cancel(action.clone()));
            self.tell_action(id, &action, "ABANDONED");
        }
    }

    /// Runs a failed stage again in the same execution.
    pub(crate) fn retry(
        &mut self,
        id: &str,
        stage_name: &str,
        all_actions: bool,
    ) -> Result<(), ApiError> {
        let name = self.pipeline.declaration.name.clone();
        let stage = self
            .pipeline
            .declaration
            .stage_index(stage_name)
            .ok_or_else(|| ApiError::no_stage(&name, stage_name))?;
        self.check_retry(id, stage, stage_name)?;
        let now = self.now;
        if let Some(execution) = self.pipeline.execution_mut(id) {
            execution.attempt += 1;
            execution.status = ExecutionStatus::InProgress;
            execution.position = Position::Inside(stage);
            execution.stop = None;
            execution.updated_at = now;
            let runs = execution.actions.len();
            if let Some(run) = execution.stages.get_mut(&stage) {
                run.status = StageStatus::InProgress;
                run.retried_at = Some(now);
                run.retries += 1;
                run.failed_since = runs;
                if all_actions {
                    run.since_action = runs;
                }
            }
        }
        self.tell_pipeline(id, "RESUMED");
        self.tell_stage(id, stage, "RESUMED");
        self.advance(id, stage);
        Ok(())
    }

    fn check_retry(&self, id: &str, stage: usize, stage_name: &str) -> Result<(), ApiError> {
        let not_retryable = |why: String| ApiError::new("StageNotRetryableException", why);
        let Some(execution) = self.pipeline.execution(id) else {
            return Err(not_retryable(format!(
                "The execution '{id}' does not exist"
            )));
        };
        let status = execution.stages.get(&stage).map(|run| run.status);
        if execution.position != Position::Ended(stage)
            || !matches!(status, Some(StageStatus::Failed | StageStatus::Stopped))
        {
            return Err(not_retryable(format!(
                "Stage '{stage_name}' of the execution '{id}' has not failed"
            )));
        }
        if execution.version != self.pipeline.version {
            return Err(not_retryable(
                "The pipeline's structure has changed since".to_owned(),
            ));
        }
        let overtaken = self
            .pipeline
            .executions
            .iter()
            .skip_while(|other| other.id != id)
            .skip(1)
            .any(|other| other.stages.contains_key(&stage));
        if overtaken
            && self.pipeline.declaration.execution_mode != crate::model::declaration::Mode::Parallel
        {
            return Err(ApiError::new(
                "NotLatestPipelineExecutionException",
                format!("A newer execution has entered stage '{stage_name}'"),
            ));
        }
        if !self.is_free(stage) {
            return Err(ApiError::new(
                "ConflictException",
                format!("Stage '{stage_name}' is at work for another execution"),
            ));
        }
        Ok(())
    }
}

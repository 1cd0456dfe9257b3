//! Bringing back what an earlier execution left in a stage.

use std::collections::BTreeMap;

use super::Turn;
use crate::{
    ids,
    model::{
        declaration::Mode,
        execution::{Execution, ExecutionStatus, Position, StageStatus, Trigger},
    },
    protocol::error::ApiError,
};

impl Turn<'_> {
    /// Starts an execution of type ROLLBACK, which runs the one stage with the target's artifacts and variables.
    pub(crate) fn roll_back(
        &mut self,
        stage_name: &str,
        target: &str,
        principal: String,
    ) -> Result<String, ApiError> {
        let name = self.pipeline.declaration.name.clone();
        let stage = self
            .pipeline
            .declaration
            .stage_index(stage_name)
            .ok_or_else(|| ApiError::no_stage(&name, stage_name))?;
        let target = self
            .pipeline
            .execution(target)
            .ok_or_else(|| ApiError::no_execution(&name, target))?;
        self.check_rollback(stage, stage_name, target)?;
        let id = ids::uuid();
        let rollback = Execution {
            id: id.clone(),
            status: ExecutionStatus::InProgress,
            position: Position::Waiting(stage),
            trigger: Trigger {
                kind: "ManualRollback",
                detail: principal,
                git: None,
            },
            rollback_of: Some(target.id.clone()),
            overrides: Vec::new(),
            attempt: 1,
            started_at: self.now,
            updated_at: self.now,
            stop: None,
            stages: BTreeMap::new(),
            actions: Vec::new(),
            ..target.clone()
        };
        self.pipeline.push(rollback);
        self.tell_pipeline(&id, "STARTED");
        self.arrive(&id, stage);
        self.settle();
        Ok(id)
    }

    fn check_rollback(
        &self,
        stage: usize,
        stage_name: &str,
        target: &Execution,
    ) -> Result<(), ApiError> {
        let unable = |why: String| Err(ApiError::new("UnableToRollbackStageException", why));
        if self.pipeline.declaration.execution_mode == Mode::Parallel {
            return unable("A pipeline in PARALLEL mode cannot be rolled back".to_owned());
        }
        if stage == 0 {
            return unable(format!("Stage '{stage_name}' is a source stage"));
        }
        if target.version != self.pipeline.version {
            return Err(ApiError::new(
                "PipelineExecutionOutdatedException",
                format!(
                    "The execution '{}' is of another version of the pipeline's structure",
                    target.id
                ),
            ));
        }
        if target.rollback_of.is_some() {
            return unable(format!(
                "The execution '{}' is itself a rollback",
                target.id
            ));
        }
        if target.stages.get(&stage).map(|run| run.status) != Some(StageStatus::Succeeded) {
            return unable(format!(
                "The execution '{}' did not succeed in stage '{stage_name}'",
                target.id
            ));
        }
        if !self.is_free(stage) {
            return unable(format!("Stage '{stage_name}' is in progress"));
        }
        Ok(())
    }
}

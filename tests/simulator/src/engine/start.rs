//! Starting an execution.

use std::collections::BTreeMap;

use super::Turn;
use crate::{
    ids,
    model::{
        declaration::Mode,
        execution::{Execution, ExecutionStatus, Position, RevisionOverride, Trigger},
    },
    protocol::error::ApiError,
};

/// How many executions of one pipeline may be unfinished, as in AWS.
const CONCURRENT: usize = 50;

impl Turn<'_> {
    /// Starts an execution before its first stage and gives its id.
    pub(crate) fn start(
        &mut self,
        trigger: Trigger,
        variables: &BTreeMap<String, String>,
        overrides: Vec<RevisionOverride>,
    ) -> Result<String, ApiError> {
        self.check_room()?;
        let variables = self.with_defaults(variables)?;
        self.check_overrides(&overrides)?;
        let id = ids::uuid();
        self.pipeline.push(Execution {
            id: id.clone(),
            version: self.pipeline.version,
            status: ExecutionStatus::InProgress,
            position: Position::Waiting(0),
            trigger,
            rollback_of: None,
            variables,
            overrides,
            attempt: 1,
            started_at: self.now,
            updated_at: self.now,
            revisions: Vec::new(),
            stop: None,
            stages: BTreeMap::new(),
            actions: Vec::new(),
            artifacts: BTreeMap::new(),
            namespaces: BTreeMap::new(),
        });
        self.tell_pipeline(&id, "STARTED");
        self.arrive(&id, 0);
        self.settle();
        Ok(id)
    }

    pub(super) fn check_room(&self) -> Result<(), ApiError> {
        let unfinished = self
            .pipeline
            .executions
            .iter()
            .filter(|execution| !execution.is_over())
            .count();
        if self.pipeline.declaration.execution_mode == Mode::Superseded || unfinished < CONCURRENT {
            return Ok(());
        }
        Err(ApiError::new(
            "ConcurrentPipelineExecutionsLimitExceededException",
            format!("The pipeline has reached the limit of {CONCURRENT} concurrent executions"),
        ))
    }

    fn with_defaults(
        &self,
        given: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, ApiError> {
        let declared = &self.pipeline.declaration.variables;
        if let Some(unknown) = given
            .keys()
            .find(|name| declared.iter().all(|known| known.name != **name))
        {
            return Err(ApiError::validation(format!(
                "Variable '{unknown}' is not declared in the pipeline"
            )));
        }
        declared
            .iter()
            .map(|variable| {
                given
                    .get(&variable.name)
                    .or(variable.default_value.as_ref())
                    .map(|value| (variable.name.clone(), value.clone()))
                    .ok_or_else(|| {
                        ApiError::validation(format!(
                            "Variable '{}' has no default value and was not given one",
                            variable.name
                        ))
                    })
            })
            .collect()
    }

    fn check_overrides(&self, overrides: &[RevisionOverride]) -> Result<(), ApiError> {
        let sources = &self.pipeline.declaration.stages[0].actions;
        for wanted in overrides {
            let Some(action) = sources
                .iter()
                .find(|action| action.name == wanted.action_name)
            else {
                return Err(ApiError::validation(format!(
                    "Source action '{}' does not exist in pipeline '{}'",
                    wanted.action_name, self.pipeline.declaration.name
                )));
            };
            let suits = match action.kind.provider.as_str() {
                "S3" => wanted.revision_type.starts_with("S3_OBJECT_"),
                "ECR" => wanted.revision_type == "IMAGE_DIGEST",
                _ => wanted.revision_type == "COMMIT_ID",
            };
            if !suits {
                return Err(ApiError::validation(format!(
                    "Revision type {} does not suit source action '{}'",
                    wanted.revision_type, wanted.action_name
                )));
            }
        }
        Ok(())
    }

    /// Tells of a change of the execution as a whole.
    pub(super) fn tell_pipeline(&mut self, id: &str, state: &str) {
        if let Some(execution) = self.pipeline.execution(id) {
            let event = self.change(execution, state).pipeline_event();
            self.effects.push(super::Effect::Event(Box::new(event)));
        }
    }
}

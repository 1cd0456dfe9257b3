//! Moving executions along: into stages, through their actions, out at the end.

use super::{Effect, Task, Turn, variables};
use crate::{
    events::Change,
    ids,
    model::{
        declaration::{Action, Mode},
        execution::{
            ActionResult, ActionRun, ActionStatus, Artifact, Execution, ExecutionStatus, Position,
            StageRun, StageStatus,
        },
    },
};

/// What a stage's present attempt needs next.
enum Next {
    Wait,
    Fail,
    Start(Vec<Action>),
    Done,
}

impl Turn<'_> {
    /// Puts an execution before a stage; in SUPERSEDED mode it overtakes whatever waits there.
    pub(super) fn arrive(&mut self, id: &str, stage: usize) {
        if let Some(execution) = self.pipeline.execution_mut(id) {
            execution.position = Position::Waiting(stage);
        }
        if self.pipeline.declaration.execution_mode != Mode::Superseded {
            return;
        }
        let overtaken: Vec<String> = self
            .pipeline
            .executions
            .iter()
            .take_while(|execution| execution.id != id)
            .filter(|execution| execution.position == Position::Waiting(stage))
            .map(|execution| execution.id.clone())
            .collect();
        for older in overtaken {
            self.end(&older, ExecutionStatus::Superseded, stage);
            self.tell_pipeline(&older, "SUPERSEDED");
        }
    }

    /// Lets every waiting execution enter that may, oldest first.
    pub(super) fn settle(&mut self) {
        while let Some((id, stage)) = self.next_to_enter() {
            self.enter(&id, stage);
        }
    }

    fn next_to_enter(&self) -> Option<(String, usize)> {
        self.pipeline
            .executions
            .iter()
            .find_map(|execution| match execution.position {
                Position::Waiting(stage) if self.is_open(stage) && self.is_free(stage) => {
                    Some((execution.id.clone(), stage))
                }
                _ => None,
            })
    }

    fn is_open(&self, stage: usize) -> bool {
        !self.pipeline.closed.contains_key(&stage)
    }

    /// Whether no execution is at work in the stage. A failed one has left it.
    pub(super) fn is_free(&self, stage: usize) -> bool {
        self.pipeline.declaration.execution_mode == Mode::Parallel
            || self
                .pipeline
                .executions
                .iter()
                .all(|execution| execution.position != Position::Inside(stage))
    }

    fn enter(&mut self, id: &str, stage: usize) {
        let now = self.now;
        if let Some(execution) = self.pipeline.execution_mut(id) {
            execution.position = Position::Inside(stage);
            execution.updated_at = now;
            let since_action = execution.actions.len();
            execution.stages.insert(
                stage,
                StageRun {
                    status: StageStatus::InProgress,
                    started_at: now,
                    retried_at: None,
                    retries: 0,
                    since_action,
                    failed_since: since_action,
                },
            );
        }
        self.tell_stage(id, stage, "STARTED");
        self.advance(id, stage);
    }

    /// Does what comes next in a stage.
    pub(super) fn advance(&mut self, id: &str, stage: usize) {
        let Some(execution) = self.pipeline.execution(id) else {
            return;
        };
        let next = next(
            execution,
            stage,
            &self.pipeline.declaration.stages[stage].actions,
        );
        let stopping = execution.stop.is_some();
        match next {
            Next::Wait => {}
            _ if stopping => self.leave(id, stage, StageStatus::Stopped),
            Next::Fail => self.leave(id, stage, StageStatus::Failed),
            Next::Done => self.leave(id, stage, StageStatus::Succeeded),
            Next::Start(actions) => {
                for action in &actions {
                    self.begin(id, stage, action);
                }
            }
        }
    }

    fn begin(&mut self, id: &str, stage: usize, action: &Action) {
        let bucket = self.pipeline.declaration.bucket();
        let name = self.pipeline.declaration.name.clone();
        let stage_name = self.pipeline.declaration.stages[stage].name.clone();
        let now = self.now;
        let Some(execution) = self.pipeline.execution_mut(id) else {
            return;
        };
        let resolved = variables::resolve(&action.configuration, execution);
        let outputs: Vec<Artifact> = action
            .output_artifacts
            .iter()
            .map(|artifact| Artifact {
                name: artifact.name.clone(),
                bucket: bucket.clone(),
                key: ids::artifact_key(&name, &artifact.name),
            })
            .collect();
        let inputs: Vec<Artifact> = action
            .input_artifacts
            .iter()
            .filter_map(|artifact| execution.artifacts.get(&artifact.name).cloned())
            .collect();
        let run = ActionRun {
            id: ids::uuid(),
            stage,
            stage_name: stage_name.clone(),
            name: action.name.clone(),
            kind: action.kind.clone(),
            namespace: action.namespace.clone(),
            status: ActionStatus::InProgress,
            started_at: now,
            updated_at: now,
            updated_by: None,
            configuration: action.configuration.clone(),
            resolved: resolved.clone().unwrap_or_default(),
            inputs: inputs.clone(),
            outputs: outputs.clone(),
            token: (action.kind.category == "Approval").then(ids::uuid),
            result: ActionResult::default(),
        };
        let task = Task {
            pipeline: name.clone(),
            execution: id.to_owned(),
            stage: stage_name,
            id: run.id.clone(),
            action: action.clone(),
            configuration: run.resolved.clone(),
            inputs,
            outputs,
            revision: execution
                .overrides
                .iter()
                .find(|wanted| wanted.action_name == action.name)
                .cloned(),
        };
        let action_id = run.id.clone();
        execution.actions.push(run);
        execution.updated_at = now;
        self.running
            .insert(action_id.clone(), (name, id.to_owned()));
        self.tell_action(id, &action_id, "STARTED");
        match resolved {
            Ok(_) => self.effects.push(Effect::Perform(Box::new(task))),
            Err(problem) => self.finish(
                id,
                &action_id,
                ActionResult::failed("ConfigurationError", problem),
            ),
        }
    }

    /// Ends an action execution and does what follows from that.
    pub(super) fn finish(&mut self, id: &str, action: &str, result: ActionResult) {
        self.running.remove(action);
        let now = self.now;
        let Some(execution) = self.pipeline.execution_mut(id) else {
            return;
        };
        let Some(run) = execution
            .actions
            .iter_mut()
            .find(|run| run.id == action && run.status == ActionStatus::InProgress)
        else {
            return;
        };
        let failed = result.is_failure();
        run.status = if failed {
            ActionStatus::Failed
        } else {
            ActionStatus::Succeeded
        };
        run.updated_at = now;
        run.result = result;
        let run = run.clone();
        execution.updated_at = now;
        if !failed {
            execution.artifacts.extend(
                run.outputs
                    .iter()
                    .map(|output| (output.name.clone(), output.clone())),
            );
            if let Some(namespace) = &run.namespace {
                execution
                    .namespaces
                    .insert(namespace.clone(), run.result.variables.clone());
            }
            if let Some(revision) = &run.result.revision {
                execution
                    .revisions
                    .retain(|known| known.action != revision.action);
                execution.revisions.push(revision.clone());
            }
        }
        self.tell_action(id, action, if failed { "FAILED" } else { "SUCCEEDED" });
        self.advance(id, run.stage);
    }

    /// Takes an execution out of a stage, on to the next or to its end.
    pub(super) fn leave(&mut self, id: &str, stage: usize, status: StageStatus) {
        let last = stage + 1 == self.pipeline.declaration.stages.len();
        let Some(execution) = self.pipeline.execution_mut(id) else {
            return;
        };
        if let Some(run) = execution.stages.get_mut(&stage) {
            run.status = status;
        }
        let rollback = execution.rollback_of.is_some();
        let (word, end) = match status {
            StageStatus::Succeeded if last || rollback => {
                ("SUCCEEDED", Some(ExecutionStatus::Succeeded))
            }
            StageStatus::Succeeded => ("SUCCEEDED", None),
            StageStatus::Failed => ("FAILED", Some(ExecutionStatus::Failed)),
            StageStatus::InProgress | StageStatus::Stopping | StageStatus::Stopped => {
                ("STOPPED", Some(ExecutionStatus::Stopped))
            }
        };
        self.tell_stage(id, stage, word);
        if let Some(end) = end {
            self.end(id, end, stage);
            self.tell_pipeline(id, word);
        } else {
            self.arrive(id, stage + 1);
        }
        self.settle();
    }

    pub(super) fn end(&mut self, id: &str, status: ExecutionStatus, stage: usize) {
        let now = self.now;
        if let Some(execution) = self.pipeline.execution_mut(id) {
            execution.position = Position::Ended(stage);
            execution.status = status;
            execution.updated_at = now;
        }
    }

    pub(super) fn change<'b>(&'b self, execution: &'b Execution, word: &'b str) -> Change<'b> {
        Change {
            place: self.place,
            pipeline: self.pipeline,
            execution,
            word,
            now: self.now,
        }
    }

    pub(super) fn tell_stage(&mut self, id: &str, stage: usize, word: &str) {
        if let Some(execution) = self.pipeline.execution(id) {
            let event = self.change(execution, word).stage_event(stage);
            self.effects.push(Effect::Event(Box::new(event)));
        }
    }

    pub(super) fn tell_action(&mut self, id: &str, action: &str, word: &str) {
        let Some(execution) = self.pipeline.execution(id) else {
            return;
        };
        if let Some(run) = execution.actions.iter().find(|run| run.id == action) {
            let event = self.change(execution, word).action_event(run);
            self.effects.push(Effect::Event(Box::new(event)));
        }
    }
}

/// What the stage's present attempt needs next, by its actions' newest executions that count.
fn next(execution: &Execution, stage: usize, actions: &[Action]) -> Next {
    let counting = |action: &Action| {
        execution
            .counting_actions(stage)
            .filter(|run| run.name == action.name)
            .last()
            .map(|run| run.status)
    };
    let states: Vec<_> = actions.iter().map(counting).collect();
    if states.contains(&Some(ActionStatus::InProgress)) {
        return Next::Wait;
    }
    if states
        .iter()
        .any(|state| matches!(state, Some(ActionStatus::Failed | ActionStatus::Abandoned)))
    {
        return Next::Fail;
    }
    let missing = || {
        actions
            .iter()
            .zip(&states)
            .filter(|(_, state)| state.is_none())
    };
    let Some(order) = missing().map(|(action, _)| action.run_order).min() else {
        return Next::Done;
    };
    Next::Start(
        missing()
            .filter(|(action, _)| action.run_order == order)
            .map(|(action, _)| action.clone())
            .collect(),
    )
}

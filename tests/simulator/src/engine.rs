//! The engine: what each request or finished action changes, and what has to be done because of it.
//!
//! It is plain state with no I/O and no clock: every change takes `now` and leaves [`Effect`]s, which the driver carries
//! out. That is why its rules can be tested without waiting.

mod advance;
mod approve;
pub(crate) use approve::Answer;
mod rollback;
mod start;
mod stop;
mod transition;
mod variables;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::{
    events::Envelope,
    model::{
        declaration::Action,
        execution::{ActionResult, Artifact, Execution, RevisionOverride},
        pipeline::Pipeline,
    },
    protocol::error::ApiError,
};

/// Account and region, which are part of every address and event.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) account: String,
    pub(crate) region: String,
}

impl Place {
    /// The pipeline's address, as events and `GetPipeline` give it.
    pub(crate) fn pipeline_arn(&self, pipeline: &str) -> String {
        format!(
            "arn:aws:codepipeline:{}:{}:{pipeline}",
            self.region, self.account
        )
    }
}

/// An action execution that a provider has to carry out.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) pipeline: String,
    pub(crate) execution: String,
    pub(crate) stage: String,
    /// The action execution's own id.
    pub(crate) id: String,
    pub(crate) action: Action,
    pub(crate) configuration: BTreeMap<String, String>,
    pub(crate) inputs: Vec<Artifact>,
    pub(crate) outputs: Vec<Artifact>,
    pub(crate) revision: Option<RevisionOverride>,
}

/// What follows from a change.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// Tell the world.
    Event(Box<Envelope>),
    /// Carry out an action.
    Perform(Box<Task>),
    /// Stop carrying out the action execution of this id.
    Cancel(String),
}

/// All pipelines and what has yet to be done for them.
pub(crate) struct Engine {
    pub(crate) place: Place,
    pub(crate) pipelines: BTreeMap<String, Pipeline>,
    /// Which pipeline an action execution belongs to, while it runs.
    running: HashMap<String, (String, String)>,
    effects: Vec<Effect>,
}

/// One change of one pipeline.
pub(crate) struct Turn<'a> {
    pub(crate) pipeline: &'a mut Pipeline,
    pub(crate) place: &'a Place,
    pub(crate) now: Timestamp,
    running: &'a mut HashMap<String, (String, String)>,
    effects: &'a mut Vec<Effect>,
}

impl Engine {
    /// An engine without pipelines.
    pub(crate) fn new(place: Place) -> Self {
        Self {
            place,
            pipelines: BTreeMap::new(),
            running: HashMap::new(),
            effects: Vec::new(),
        }
    }

    /// Takes what has to be done.
    pub(crate) fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The pipeline of that name.
    pub(crate) fn pipeline(&self, name: &str) -> Result<&Pipeline, ApiError> {
        self.pipelines
            .get(name)
            .ok_or_else(|| ApiError::no_pipeline(name, &self.place.account))
    }

    /// The execution of that id in that pipeline.
    pub(crate) fn execution(&self, pipeline: &str, id: &str) -> Result<&Execution, ApiError> {
        self.pipeline(pipeline)?
            .execution(id)
            .ok_or_else(|| ApiError::no_execution(pipeline, id))
    }

    /// Begins a change of the pipeline of that name.
    pub(crate) fn turn(&mut self, pipeline: &str, now: Timestamp) -> Result<Turn<'_>, ApiError> {
        let place = &self.place;
        let pipeline = self
            .pipelines
            .get_mut(pipeline)
            .ok_or_else(|| ApiError::no_pipeline(pipeline, &place.account))?;
        Ok(Turn {
            pipeline,
            place,
            now,
            running: &mut self.running,
            effects: &mut self.effects,
        })
    }

    /// Notes what a provider knows of its action while it works.
    pub(crate) fn report(&mut self, action: &str, result: ActionResult, now: Timestamp) {
        let Some((pipeline, execution)) = self.running.get(action).cloned() else {
            return;
        };
        if let Ok(turn) = self.turn(&pipeline, now)
            && let Some(execution) = turn.pipeline.execution_mut(&execution)
            && let Some(run) = execution.actions.iter_mut().find(|run| run.id == action)
        {
            run.result = result;
            run.updated_at = now;
        }
    }

    /// Ends an action execution; one that was abandoned, or ended before, stays as it is.
    pub(crate) fn finish(&mut self, action: &str, result: ActionResult, now: Timestamp) {
        let Some((pipeline, execution)) = self.running.get(action).cloned() else {
            return;
        };
        if let Ok(mut turn) = self.turn(&pipeline, now) {
            turn.finish(&execution, action, result);
        }
    }

    /// Whether nothing is at work and nothing can start by itself.
    pub(crate) fn is_idle(&self) -> bool {
        self.running.is_empty() && self.effects.is_empty()
    }
}

//! A pipeline with its executions.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde_json::Value;

use super::{declaration::Declaration, execution::Execution};

/// How many executions of one pipeline are remembered.
pub(crate) const HISTORY: usize = 200;

#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    pub(crate) declaration: Declaration,
    /// The declaration as it came, which the API gives back.
    pub(crate) raw: Value,
    pub(crate) version: u32,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// Inbound transitions that someone closed, by stage.
    pub(crate) closed: BTreeMap<usize, Closed>,
    /// Inbound transitions that someone opened again, by stage.
    pub(crate) opened: BTreeMap<usize, Timestamp>,
    /// Oldest first.
    pub(crate) executions: VecDeque<Execution>,
    /// Start requests by their idempotency token.
    pub(crate) tokens: BTreeMap<String, (Value, String)>,
}

/// A transition that lets nothing through.
#[derive(Clone, Debug)]
pub(crate) struct Closed {
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
}

impl Pipeline {
    /// The execution of that id.
    pub(crate) fn execution(&self, id: &str) -> Option<&Execution> {
        self.executions.iter().find(|execution| execution.id == id)
    }

    /// The same, to change it.
    pub(crate) fn execution_mut(&mut self, id: &str) -> Option<&mut Execution> {
        self.executions
            .iter_mut()
            .find(|execution| execution.id == id)
    }

    /// Adds an execution and forgets the oldest that are over.
    pub(crate) fn push(&mut self, execution: Execution) {
        self.executions.push_back(execution);
        while self.executions.len() > HISTORY {
            let Some(index) = self.executions.iter().position(Execution::is_over) else {
                break;
            };
            let gone = self.executions.remove(index).map(|execution| execution.id);
            self.tokens.retain(|_, (_, id)| Some(&*id) != gone.as_ref());
        }
    }
}

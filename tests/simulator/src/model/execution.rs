//! One execution of a pipeline, its stages and its actions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::declaration::ActionType;

/// The state of an execution, spelled as the API spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum ExecutionStatus {
    InProgress,
    Stopping,
    Stopped,
    Succeeded,
    Superseded,
    Failed,
}

/// The state of one stage in an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum StageStatus {
    InProgress,
    Stopping,
    Stopped,
    Succeeded,
    Failed,
}

/// The state of one action execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum ActionStatus {
    InProgress,
    Abandoned,
    Succeeded,
    Failed,
}

/// What an execution is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// Before the stage, until it is free and open.
    Waiting(usize),
    /// In the stage.
    Inside(usize),
    /// Nowhere any more; the stage is the last one that it was in.
    Ended(usize),
}

/// A file of an execution in the artifact store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Artifact {
    pub(crate) name: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
}

/// What started an execution.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    /// The API's word for it.
    pub(crate) kind: &'static str,
    /// The principal, or the connection.
    pub(crate) detail: String,
    /// What a git trigger puts into events instead of the two above.
    pub(crate) git: Option<Value>,
}

/// The commit or object version that a source action found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revision {
    pub(crate) action: String,
    pub(crate) artifact: String,
    pub(crate) id: String,
    pub(crate) summary: String,
    pub(crate) url: String,
    pub(crate) created: Timestamp,
}

/// A source revision that the caller insists on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevisionOverride {
    pub(crate) action_name: String,
    pub(crate) revision_type: String,
    pub(crate) revision_value: String,
}

/// A request to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) abandon: bool,
    pub(crate) reason: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Execution {
    pub(crate) id: String,
    /// The version of the pipeline's structure that it follows.
    pub(crate) version: u32,
    pub(crate) status: ExecutionStatus,
    pub(crate) position: Position,
    pub(crate) trigger: Trigger,
    /// The execution whose stage this one brings back.
    pub(crate) rollback_of: Option<String>,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) overrides: Vec<RevisionOverride>,
    pub(crate) attempt: u32,
    pub(crate) started_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) revisions: Vec<Revision>,
    pub(crate) stop: Option<Stop>,
    pub(crate) stages: BTreeMap<usize, StageRun>,
    pub(crate) actions: Vec<ActionRun>,
    pub(crate) artifacts: BTreeMap<String, Artifact>,
    /// Output variables by namespace.
    pub(crate) namespaces: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Clone, Debug)]
pub(crate) struct StageRun {
    pub(crate) status: StageStatus,
    pub(crate) started_at: Timestamp,
    pub(crate) retried_at: Option<Timestamp>,
    pub(crate) retries: u32,
    /// The action execution from which on they count; earlier ones are history.
    pub(crate) since_action: usize,
    /// The same for failed ones, which a retry leaves behind.
    pub(crate) failed_since: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct ActionRun {
    pub(crate) id: String,
    pub(crate) stage: usize,
    pub(crate) stage_name: String,
    pub(crate) name: String,
    pub(crate) kind: ActionType,
    pub(crate) namespace: Option<String>,
    pub(crate) status: ActionStatus,
    pub(crate) started_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) updated_by: Option<String>,
    pub(crate) configuration: BTreeMap<String, String>,
    pub(crate) resolved: BTreeMap<String, String>,
    pub(crate) inputs: Vec<Artifact>,
    pub(crate) outputs: Vec<Artifact>,
    /// An approval's token.
    pub(crate) token: Option<String>,
    pub(crate) result: ActionResult,
}

/// What a provider says of an action, during and after its work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ActionResult {
    pub(crate) external_id: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) percent: Option<u8>,
    /// Code and message.
    pub(crate) error: Option<(String, String)>,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) revision: Option<Revision>,
}

impl ActionResult {
    /// A failure with the provider's code and message.
    pub(crate) fn failed(code: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            summary: Some(message.clone()),
            error: Some((code.to_owned(), message)),
            ..Self::default()
        }
    }

    /// Whether it is a failure.
    pub(crate) fn is_failure(&self) -> bool {
        self.error.is_some()
    }
}

impl Execution {
    /// Whether nothing more will happen in it unless someone retries it.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.position, Position::Ended(_))
    }

    /// The action executions that decide what a stage needs next.
    pub(crate) fn counting_actions(&self, stage: usize) -> impl Iterator<Item = &ActionRun> {
        let (since, failed_since) = self
            .stages
            .get(&stage)
            .map_or((0, 0), |run| (run.since_action, run.failed_since));
        self.actions
            .iter()
            .enumerate()
            .filter(move |(index, run)| {
                run.stage == stage
                    && *index >= since
                    && (*index >= failed_since || run.status == ActionStatus::Succeeded)
            })
            .map(|(_, run)| run)
    }

    /// The id of the latest execution of an action.
    pub(crate) fn latest_action(&self, stage: &str, name: &str) -> Option<&ActionRun> {
        self.actions
            .iter()
            .rev()
            .find(|run| run.stage_name == stage && run.name == name)
    }
}

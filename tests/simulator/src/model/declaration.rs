//! A pipeline as `CreatePipeline` declares it: the fields that the engine follows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How executions of one pipeline share its stages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Mode {
    /// A newer execution overtakes one that waits.
    #[default]
    Superseded,
    /// Executions wait in line.
    Queued,
    /// Executions do not know of each other.
    Parallel,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Declaration {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) execution_mode: Mode,
    #[serde(default)]
    pub(crate) pipeline_type: Option<String>,
    #[serde(default)]
    pub(crate) variables: Vec<VariableDeclaration>,
    #[serde(default)]
    pub(crate) artifact_store: Option<ArtifactStore>,
    #[serde(default)]
    pub(crate) artifact_stores: Option<BTreeMap<String, ArtifactStore>>,
    pub(crate) stages: Vec<Stage>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VariableDeclaration {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) default_value: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ArtifactStore {
    pub(crate) location: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) actions: Vec<Action>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Action {
    pub(crate) name: String,
    #[serde(rename = "actionTypeId")]
    pub(crate) kind: ActionType,
    #[serde(default = "first")]
    pub(crate) run_order: u32,
    #[serde(default)]
    pub(crate) configuration: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) input_artifacts: Vec<ArtifactName>,
    #[serde(default)]
    pub(crate) output_artifacts: Vec<ArtifactName>,
    #[serde(default)]
    pub(crate) namespace: Option<String>,
    #[serde(default)]
    pub(crate) timeout_in_minutes: Option<u32>,
}

fn first() -> u32 {
    1
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ActionType {
    pub(crate) category: String,
    pub(crate) owner: String,
    pub(crate) provider: String,
    pub(crate) version: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ArtifactName {
    pub(crate) name: String,
}

impl Declaration {
    /// Reads the declaration that the validator has passed.
    pub(crate) fn read(raw: &Value) -> Result<Self, serde_json::Error> {
        Self::deserialize(raw)
    }

    /// The bucket that artifacts go to.
    pub(crate) fn bucket(&self) -> String {
        self.artifact_store
            .as_ref()
            .or_else(|| self.artifact_stores.as_ref()?.values().next())
            .map(|store| store.location.clone())
            .unwrap_or_default()
    }

    /// Where a stage stands in the order.
    pub(crate) fn stage_index(&self, name: &str) -> Option<usize> {
        self.stages.iter().position(|stage| stage.name == name)
    }
}

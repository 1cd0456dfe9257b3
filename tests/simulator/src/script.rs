//! What the simulated providers do: behaviours per action, and the commits that sources find.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::PathBuf,
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// What one execution of an action does. The default succeeds at once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Behaviour {
    /// How long it works, in milliseconds.
    pub duration_ms: u64,
    /// Fail with this message.
    pub fail: Option<String>,
    /// The code beside the message; `JobFailed` without it.
    pub error_code: Option<String>,
    /// Keep running until told to go on.
    pub hold: bool,
    /// What the provider says of a success.
    pub summary: Option<String>,
    /// The log or page of the outcome, instead of one made up.
    pub url: Option<String>,
    /// Output variables beside the provider's own.
    pub variables: BTreeMap<String, String>,
    /// The files in its output artifact.
    pub files: Vec<OutputFile>,
    /// How the files lie in the artifact's zip.
    pub compression: Compression,
}

impl Behaviour {
    /// How long it works.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_millis(self.duration_ms)
    }
}

/// A file of an output artifact: a copy of a local file, or a text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OutputFile {
    /// Its path inside the zip.
    pub name: String,
    /// The local file to copy.
    pub path: Option<PathBuf>,
    /// Its content, where there is no `path`.
    pub text: Option<String>,
    /// Its own compression.
    pub compression: Option<Compression>,
}

/// How a file lies in a zip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// As `CodeBuild` does it.
    #[default]
    Deflated,
    /// Byte for byte.
    Stored,
}

/// One commit of a simulated repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// Its hash.
    pub id: String,
    /// Its message.
    pub message: String,
    /// Who wrote it.
    #[serde(default = "nobody")]
    pub author: String,
}

fn nobody() -> String {
    "Mary Major".to_owned()
}

/// How many commits of one branch are remembered.
const COMMITS: usize = 1000;

/// All behaviours and commits.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    next: HashMap<(String, String), VecDeque<Behaviour>>,
    always: HashMap<(String, String), Behaviour>,
    commits: HashMap<(String, String), VecDeque<Commit>>,
}

impl Scripts {
    /// What the next execution of an action does; behaviours given once come first.
    pub(crate) fn take(&mut self, pipeline: &str, action: &str) -> Behaviour {
        let key = (pipeline.to_owned(), action.to_owned());
        self.next
            .get_mut(&key)
            .and_then(VecDeque::pop_front)
            .or_else(|| self.always.get(&key).cloned())
            .unwrap_or_default()
    }

    /// Sets what the next execution of an action does, after those that were set before.
    pub(crate) fn once(&mut self, pipeline: &str, action: &str, behaviour: Behaviour) {
        let key = (pipeline.to_owned(), action.to_owned());
        self.next.entry(key).or_default().push_back(behaviour);
    }

    /// Sets what an action does whenever nothing else was set.
    pub(crate) fn always(&mut self, pipeline: &str, action: &str, behaviour: Behaviour) {
        let key = (pipeline.to_owned(), action.to_owned());
        self.always.insert(key, behaviour);
    }

    /// Adds a commit on top of a branch.
    pub(crate) fn commit(&mut self, repository: &str, branch: &str, commit: Commit) {
        let key = (repository.to_owned(), branch.to_owned());
        let commits = self.commits.entry(key).or_default();
        commits.push_back(commit);
        if commits.len() > COMMITS {
            commits.pop_front();
        }
    }

    /// The newest commit of a branch, or the one that is asked for.
    pub(crate) fn find_commit(
        &self,
        repository: &str,
        branch: &str,
        id: Option<&str>,
    ) -> Option<Commit> {
        let commits = self
            .commits
            .get(&(repository.to_owned(), branch.to_owned()))?;
        match id {
            Some(id) => commits.iter().rev().find(|commit| commit.id == id).cloned(),
            None => commits.back().cloned(),
        }
    }
}

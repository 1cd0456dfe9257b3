//! Sources: the newest commit of a simulated branch, or the one that the caller insists on.

use std::{collections::BTreeMap, sync::Arc};

use super::artifact;
use crate::{
    clock,
    engine::Task,
    ids,
    model::execution::{ActionResult, Revision},
    script::{Commit, OutputFile},
    world::World,
};

pub(super) async fn perform(world: &Arc<World>, task: &Task) -> ActionResult {
    let script = world.scripts(|scripts| scripts.take(&task.pipeline, &task.action.name));
    tokio::time::sleep(script.duration()).await;
    let told = if script.hold {
        world.hold(task).await
    } else {
        None
    };
    if let Some(message) = told.or_else(|| script.fail.clone()) {
        let code = script
            .error_code
            .as_deref()
            .unwrap_or("RevisionUnavailable");
        return ActionResult::failed(code, message);
    }
    let place = Watched::of(task);
    let commit = find(world, task, &place);
    let content = OutputFile {
        name: "COMMIT".to_owned(),
        text: Some(format!("{}\n{}\n", commit.id, commit.message)),
        ..OutputFile::default()
    };
    if let Err(problem) = artifact::store(world, task, &script, vec![content]).await {
        return ActionResult::failed("PermissionError", problem.to_string());
    }
    let url = script
        .url
        .clone()
        .unwrap_or_else(|| place.url(world, &commit));
    let mut variables = place.variables(&commit);
    variables.extend(script.variables);
    ActionResult {
        external_id: Some(commit.id.clone()),
        summary: Some(place.summary(&commit)),
        url: Some(url.clone()),
        revision: Some(Revision {
            action: task.action.name.clone(),
            artifact: task
                .outputs
                .first()
                .map(|output| output.name.clone())
                .unwrap_or_default(),
            id: commit.id.clone(),
            summary: place.summary(&commit),
            url,
            created: clock::now(),
        }),
        variables,
        ..ActionResult::default()
    }
}

fn find(world: &World, task: &Task, place: &Watched) -> Commit {
    let wanted = task
        .revision
        .as_ref()
        .map(|revision| revision.revision_value.as_str());
    let known =
        world.scripts(|scripts| scripts.find_commit(&place.repository, &place.branch, wanted));
    known.unwrap_or_else(|| Commit {
        id: wanted.map_or_else(
            || format!("{}{}", ids::digits(32), ids::digits(8)),
            str::to_owned,
        ),
        message: "Work".to_owned(),
        author: "Mary Major".to_owned(),
    })
}

/// What a source action watches.
struct Watched {
    provider: String,
    repository: String,
    branch: String,
    connection: Option<String>,
}

impl Watched {
    fn of(task: &Task) -> Self {
        let (repository, branch) = watched(&task.action.kind.provider, &task.configuration);
        Self {
            provider: task.action.kind.provider.clone(),
            repository,
            branch,
            connection: task.configuration.get("ConnectionArn").cloned(),
        }
    }

    /// The provider's output variables.
    fn variables(&self, commit: &Commit) -> BTreeMap<String, String> {
        let date = clock::now().to_string();
        let mut variables: Vec<(&str, String)> = vec![
            ("CommitId", commit.id.clone()),
            ("CommitMessage", commit.message.clone()),
            ("BranchName", self.branch.clone()),
            ("AuthorDate", date.clone()),
        ];
        match self.provider.as_str() {
            "S3" => {
                let (bucket, key) = self.repository.split_once('/').unwrap_or_default();
                variables = vec![
                    ("BucketName", bucket.to_owned()),
                    ("ObjectKey", key.to_owned()),
                    ("VersionId", commit.id.clone()),
                    ("ETag", commit.id.clone()),
                ];
            }
            "CodeCommit" => {
                variables.push(("CommitterDate", date));
                variables.push(("RepositoryName", self.repository.clone()));
            }
            _ => {
                variables.push(("FullRepositoryName", self.repository.clone()));
                variables.push(("AuthorDisplayName", commit.author.clone()));
                variables.push(("ConnectionArn", self.connection.clone().unwrap_or_default()));
            }
        }
        variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    fn url(&self, world: &World, commit: &Commit) -> String {
        let region = &world.options.region;
        match self.provider.as_str() {
            "S3" => format!(
                "https://{region}.console.aws.amazon.com/s3/object/{}",
                self.repository
            ),
            "CodeCommit" => format!(
                "https://{region}.console.aws.amazon.com/codecommit/home#/repository/{}/commit/{}",
                self.repository, commit.id
            ),
            _ => format!(
                "https://{region}.console.aws.amazon.com/codesuite/settings/connections/redirect?connectionArn={}&referenceType=COMMIT&FullRepositoryId={}&Commit={}",
                self.connection.as_deref().unwrap_or_default(),
                self.repository,
                commit.id
            ),
        }
    }

    /// What the service says of the revision: the message, wrapped in JSON for connections.
    fn summary(&self, commit: &Commit) -> String {
        match self.provider.as_str() {
            "S3" => format!("Amazon S3 version id: {}", commit.id),
            "CodeCommit" => commit.message.clone(),
            _ => serde_json::json!({ "ProviderType": "GitHub", "CommitMessage": commit.message })
                .to_string(),
        }
    }
}

/// Repository and branch that a source action's configuration names.
pub(crate) fn watched(
    provider: &str,
    configuration: &BTreeMap<String, String>,
) -> (String, String) {
    let value = |name: &str| configuration.get(name).cloned().unwrap_or_default();
    match provider {
        "S3" => (
            format!("{}/{}", value("S3Bucket"), value("S3ObjectKey")),
            String::new(),
        ),
        "CodeCommit" => (value("RepositoryName"), value("BranchName")),
        _ => (value("FullRepositoryId"), value("BranchName")),
    }
}

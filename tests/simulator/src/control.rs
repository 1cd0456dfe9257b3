//! The control API beside the protocol: plain JSON under `/control`, to script what the providers do.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    clock,
    faults::Fault,
    model::execution::{RevisionOverride, Trigger},
    protocol::error::ApiError,
    providers::source::watched,
    script::{Behaviour, Commit},
    world::World,
};

/// A commit on top of a branch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Push {
    /// `owner/name`, a `CodeCommit` repository's name, or `<bucket>/<key>` of an S3 source.
    pub repository: String,
    /// The branch; empty for an S3 source.
    #[serde(default)]
    pub branch: String,
    /// The commit.
    pub commit: Commit,
    /// Whether the pipelines that watch the branch start, as AWS starts them.
    #[serde(default)]
    pub start: bool,
}

/// What an action shall do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Script {
    /// The pipeline; it need not exist yet.
    pub pipeline: String,
    /// The action.
    pub action: String,
    /// Every time, or only the next time that is not yet taken.
    #[serde(default)]
    pub always: bool,
    /// What it does.
    pub behaviour: Behaviour,
}

/// Which held actions go on. Fields left out match all.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Release {
    /// Of this pipeline.
    pub pipeline: Option<String>,
    /// Of this execution.
    pub execution: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// Go on to fail with this message.
    pub fail: Option<String>,
}

/// What the simulator is at.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// How many executions each pipeline remembers.
    pub executions: BTreeMap<String, usize>,
    /// Whether nothing is at work.
    pub idle: bool,
    /// How many actions are held.
    pub held: usize,
    /// How many events were given to delivery, with duplicates.
    pub events_queued: u64,
    /// How many the receiver took.
    pub events_delivered: u64,
    /// How many were given up.
    pub events_dropped: u64,
}

pub(crate) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/control/commits", post(commits))
        .route("/control/scripts", post(scripts))
        .route("/control/release", post(releases))
        .route("/control/faults", post(faults))
        .route("/control/state", get(state))
        .route("/control/events", get(events))
}

async fn commits(State(world): State<Arc<World>>, Json(given): Json<Push>) -> Response {
    match push(&world, &given) {
        Ok(started) => Json(json!({ "started": started })).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, Json(error.body())).into_response(),
    }
}

async fn scripts(State(world): State<Arc<World>>, Json(given): Json<Script>) -> StatusCode {
    script(&world, given);
    StatusCode::NO_CONTENT
}

async fn faults(State(world): State<Arc<World>>, Json(given): Json<Fault>) -> StatusCode {
    world.faults.add(given);
    StatusCode::NO_CONTENT
}

async fn releases(State(world): State<Arc<World>>, Json(given): Json<Release>) -> Json<Value> {
    Json(json!({ "released": release(&world, &given) }))
}

async fn state(State(world): State<Arc<World>>) -> Json<Overview> {
    Json(overview(&world))
}

async fn events(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "events": world.past_events() }))
}

pub(crate) fn script(world: &World, given: Script) {
    world.scripts(|scripts| {
        if given.always {
            scripts.always(&given.pipeline, &given.action, given.behaviour);
        } else {
            scripts.once(&given.pipeline, &given.action, given.behaviour);
        }
    });
}

pub(crate) fn release(world: &World, given: &Release) -> usize {
    let fits = |wanted: &Option<String>, actual: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == actual)
    };
    world.release(given.fail.as_deref(), |hold| {
        fits(&given.pipeline, &hold.pipeline)
            && fits(&given.execution, &hold.execution)
            && fits(&given.action, &hold.action)
    })
}

pub(crate) fn overview(world: &Arc<World>) -> Overview {
    let (executions, idle) = world.change(|engine, _| {
        let executions = engine
            .pipelines
            .iter()
            .map(|(name, pipeline)| (name.clone(), pipeline.executions.len()))
            .collect();
        (executions, engine.is_idle())
    });
    let counters = &world.counters;
    Overview {
        executions,
        idle,
        held: world.held(),
        events_queued: counters.queued.load(Ordering::Relaxed),
        events_delivered: counters.delivered.load(Ordering::Relaxed),
        events_dropped: counters.dropped.load(Ordering::Relaxed),
    }
}

/// Adds the commit and, if asked, starts the pipelines that watch its branch; gives their new executions.
pub(crate) fn push(world: &Arc<World>, given: &Push) -> Result<Vec<String>, ApiError> {
    world.scripts(|scripts| scripts.commit(&given.repository, &given.branch, given.commit.clone()));
    if !given.start {
        return Ok(Vec::new());
    }
    world.change(|engine, now| {
        let watching: Vec<(String, RevisionOverride, Trigger)> = engine
            .pipelines
            .iter()
            .filter_map(|(name, pipeline)| {
                let action = pipeline.declaration.stages[0]
                    .actions
                    .iter()
                    .find(|action| {
                        let provider = &action.kind.provider;
                        watched(provider, &action.configuration)
                            == (given.repository.clone(), given.branch.clone())
                    })?;
                let provider = &action.kind.provider;
                let revision = RevisionOverride {
                    action_name: action.name.clone(),
                    revision_type: if provider == "S3" {
                        "S3_OBJECT_VERSION_ID"
                    } else {
                        "COMMIT_ID"
                    }
                    .to_owned(),
                    revision_value: given.commit.id.clone(),
                };
                let trigger = trigger(provider, action.configuration.get("ConnectionArn"), given);
                Some((name.clone(), revision, trigger))
            })
            .collect();
        watching
            .into_iter()
            .map(|(name, revision, trigger)| {
                engine
                    .turn(&name, now)?
                    .start(trigger, &BTreeMap::new(), vec![revision])
            })
            .collect()
    })
}

fn trigger(provider: &str, connection: Option<&String>, push: &Push) -> Trigger {
    let Some(connection) = connection else {
        let kind = if provider == "S3" {
            "PollForSourceChanges"
        } else {
            "CloudWatchEvent"
        };
        return Trigger {
            kind,
            detail: push.repository.clone(),
            git: None,
        };
    };
    let commit = &push.commit;
    let email = format!(
        "{}@example.com",
        commit.author.to_lowercase().replace(' ', ".")
    );
    Trigger {
        kind: "WebhookV2",
        detail: connection.clone(),
        git: Some(json!({
            "author-display-name": commit.author,
            "full-repository-name": push.repository,
            "provider-type": "GitHub",
            "author-email": email,
            "commit-message": commit.message,
            "author-date": clock::now(),
            "branch-name": push.branch,
            "commit-id": commit.id,
            "connection-arn": connection,
            "author-id": commit.author,
        })),
    }
}

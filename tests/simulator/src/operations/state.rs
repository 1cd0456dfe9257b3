//! `GetPipelineState`: what each stage and action did last.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{dense, executions::kind, seconds};
use crate::{
    model::{
        declaration::{Action, Mode},
        execution::{ActionRun, ActionStatus, Position},
        pipeline::Pipeline,
    },
    protocol::error::ApiError,
    world::World,
};

#[derive(Deserialize)]
pub(super) struct Get {
    name: String,
}

pub(super) fn get(world: &Arc<World>, input: &Get) -> Result<Value, ApiError> {
    world.change(|engine, _| {
        let pipeline = engine.pipeline(&input.name)?;
        let stages: Vec<Value> = (0..pipeline.declaration.stages.len())
            .map(|index| stage_state(pipeline, index))
            .collect();
        Ok(dense(json!({
            "pipelineName": input.name,
            "pipelineVersion": pipeline.version,
            "stageStates": stages,
            "created": seconds(pipeline.created),
            "updated": seconds(pipeline.updated),
        })))
    })
}

fn stage_state(pipeline: &Pipeline, index: usize) -> Value {
    let stage = &pipeline.declaration.stages[index];
    let inbound: Vec<Value> = pipeline
        .executions
        .iter()
        .filter(|execution| execution.position == Position::Waiting(index))
        .map(|execution| {
            json!({ "pipelineExecutionId": execution.id, "status": "InProgress", "type": kind(execution) })
        })
        .collect();
    let latest = pipeline
        .executions
        .iter()
        .filter_map(|execution| Some((execution, execution.stages.get(&index)?)))
        .max_by_key(|(_, run)| run.retried_at.unwrap_or(run.started_at).max(run.started_at));
    let retries = latest
        .map(|(_, run)| run.retries)
        .filter(|retries| *retries > 0);
    json!({
        "stageName": stage.name,
        "inboundExecution": inbound.last(),
        "inboundExecutions": inbound,
        "inboundTransitionState": transition(pipeline, index),
        "actionStates": stage.actions.iter().map(|action| action_state(pipeline, &stage.name, action)).collect::<Vec<_>>(),
        "latestExecution": latest.map(|(execution, run)| {
            json!({ "pipelineExecutionId": execution.id, "status": run.status, "type": kind(execution) })
        }),
        "retryStageMetadata": retries.map(|retries| {
            json!({ "manualStageRetryAttempt": retries, "latestRetryTrigger": "ManualStageRetry" })
        }),
    })
}

fn transition(pipeline: &Pipeline, index: usize) -> Value {
    if let Some(closed) = pipeline.closed.get(&index) {
        return json!({
            "enabled": false,
            "lastChangedAt": seconds(closed.at),
            "disabledReason": closed.reason,
        });
    }
    json!({ "enabled": true, "lastChangedAt": pipeline.opened.get(&index).map(|at| seconds(*at)) })
}

fn action_state(pipeline: &Pipeline, stage: &str, action: &Action) -> Value {
    let latest = pipeline
        .executions
        .iter()
        .filter_map(|execution| execution.latest_action(stage, &action.name))
        .max_by_key(|run| run.started_at);
    let revision = latest.and_then(|run| run.result.revision.as_ref());
    json!({
        "actionName": action.name,
        "currentRevision": revision.map(|revision| json!({
            "revisionId": revision.id,
            "revisionChangeId": revision.id,
            "created": seconds(revision.created),
        })),
        "latestExecution": latest.map(|run| action_execution(pipeline, run)),
        "revisionUrl": revision.map(|revision| &revision.url),
    })
}

fn action_execution(pipeline: &Pipeline, run: &ActionRun) -> Value {
    let result = &run.result;
    // In PARALLEL mode the state belongs to no one execution, so it holds no token.
    let token = run.token.as_ref().filter(|_| {
        run.status == ActionStatus::InProgress
            && pipeline.declaration.execution_mode != Mode::Parallel
    });
    json!({
        "actionExecutionId": run.id,
        "status": run.status,
        "summary": result.summary,
        "lastStatusChange": seconds(run.updated_at),
        "token": token,
        "lastUpdatedBy": run.updated_by,
        "externalExecutionId": result.external_id,
        "externalExecutionUrl": result.url,
        "percentComplete": result.percent,
        "errorDetails": result.error.as_ref().map(|(code, message)| json!({ "code": code, "message": message })),
    })
}

//! Starting executions and reading what became of them.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{dense, pages::page, principal, seconds};
use crate::{
    model::{
        execution::{
            ActionRun, ActionStatus, Artifact, Execution, Revision, RevisionOverride, StageStatus,
            Trigger,
        },
        pipeline::Pipeline,
    },
    protocol::error::ApiError,
    world::World,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Start {
    name: String,
    #[serde(default)]
    variables: Vec<Variable>,
    client_request_token: Option<String>,
    #[serde(default)]
    source_revisions: Vec<RevisionOverride>,
}

#[derive(Deserialize)]
struct Variable {
    name: String,
    value: String,
}

pub(super) fn start(world: &Arc<World>, input: Start) -> Result<Value, ApiError> {
    let variables: BTreeMap<String, String> = input
        .variables
        .into_iter()
        .map(|variable| (variable.name, variable.value))
        .collect();
    let request = json!({ "variables": variables, "revisions": input.source_revisions });
    let detail = principal(world);
    world.change(|engine, now| {
        let mut turn = engine.turn(&input.name, now)?;
        let known = input
            .client_request_token
            .as_ref()
            .and_then(|token| turn.pipeline.tokens.get(token));
        if let Some((first, id)) = known {
            return if *first == request {
                Ok(json!({ "pipelineExecutionId": id }))
            } else {
                Err(ApiError::new(
                    "ConflictException",
                    "The client request token was used before with other parameters",
                ))
            };
        }
        let trigger = Trigger {
            kind: "StartPipelineExecution",
            detail,
            git: None,
        };
        let id = turn.start(trigger, &variables, input.source_revisions)?;
        if let Some(token) = input.client_request_token {
            turn.pipeline.tokens.insert(token, (request, id.clone()));
        }
        Ok(json!({ "pipelineExecutionId": id }))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Get {
    pipeline_name: String,
    pipeline_execution_id: String,
}

pub(super) fn get(world: &Arc<World>, input: &Get) -> Result<Value, ApiError> {
    world.change(|engine, _| {
        let pipeline = engine.pipeline(&input.pipeline_name)?;
        let execution = engine.execution(&input.pipeline_name, &input.pipeline_execution_id)?;
        let revision = |revision: &Revision| {
            json!({
                "name": revision.artifact,
                "revisionId": revision.id,
                "revisionSummary": revision.summary,
                "created": seconds(revision.created),
                "revisionUrl": revision.url,
            })
        };
        let variable =
            |(name, value): (&String, &String)| json!({ "name": name, "resolvedValue": value });
        let shown = json!({
            "pipelineName": input.pipeline_name,
            "pipelineVersion": execution.version,
            "pipelineExecutionId": execution.id,
            "status": execution.status,
            "artifactRevisions": execution.revisions.iter().map(revision).collect::<Vec<_>>(),
            "variables": execution.variables.iter().map(variable).collect::<Vec<_>>(),
            "trigger": trigger(execution),
            "executionMode": pipeline.declaration.execution_mode,
            "executionType": kind(execution),
            "rollbackMetadata": rollback(execution),
        });
        Ok(dense(json!({ "pipelineExecution": shown })))
    })
}

fn trigger(execution: &Execution) -> Value {
    json!({ "triggerType": execution.trigger.kind, "triggerDetail": execution.trigger.detail })
}

pub(super) fn kind(execution: &Execution) -> &'static str {
    if execution.rollback_of.is_some() {
        "ROLLBACK"
    } else {
        "STANDARD"
    }
}

fn rollback(execution: &Execution) -> Value {
    execution.rollback_of.as_ref().map_or(
        Value::Null,
        |id| json!({ "rollbackTargetPipelineExecutionId": id }),
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List {
    pipeline_name: String,
    max_results: Option<usize>,
    next_token: Option<String>,
    filter: Option<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    succeeded_in_stage: Option<SucceededIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SucceededIn {
    stage_name: Option<String>,
}

pub(super) fn list(world: &Arc<World>, input: &List) -> Result<Value, ApiError> {
    let stage = input
        .filter
        .as_ref()
        .and_then(|filter| filter.succeeded_in_stage.as_ref()?.stage_name.as_deref());
    let items = world.change(|engine, _| {
        let pipeline = engine.pipeline(&input.pipeline_name)?;
        let wanted = |execution: &&Execution| {
            stage.is_none_or(|stage| {
                let index = pipeline.declaration.stage_index(stage);
                let run = index.and_then(|index| execution.stages.get(&index));
                run.is_some_and(|run| run.status == StageStatus::Succeeded)
            })
        };
        let found = pipeline.executions.iter().rev().filter(wanted);
        Ok::<_, ApiError>(
            found
                .map(|execution| summary(pipeline, execution))
                .collect(),
        )
    })?;
    let size = input.max_results.unwrap_or(100);
    page(
        "pipelineExecutionSummaries",
        items,
        input.next_token.as_deref(),
        size,
    )
}

fn summary(pipeline: &Pipeline, execution: &Execution) -> Value {
    let revision = |revision: &Revision| {
        json!({
            "actionName": revision.action,
            "revisionId": revision.id,
            "revisionSummary": revision.summary,
            "revisionUrl": revision.url,
        })
    };
    let stop = execution
        .stop
        .as_ref()
        .map(|stop| json!({ "reason": stop.reason }));
    dense(json!({
        "pipelineExecutionId": execution.id,
        "status": execution.status,
        "startTime": seconds(execution.started_at),
        "lastUpdateTime": seconds(execution.updated_at),
        "sourceRevisions": execution.revisions.iter().map(revision).collect::<Vec<_>>(),
        "trigger": trigger(execution),
        "stopTrigger": stop,
        "executionMode": pipeline.declaration.execution_mode,
        "executionType": kind(execution),
        "rollbackMetadata": rollback(execution),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListActions {
    pipeline_name: String,
    filter: Option<ActionFilter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActionFilter {
    pipeline_execution_id: Option<String>,
    latest_in_pipeline_execution: Option<LatestIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LatestIn {
    pipeline_execution_id: String,
    start_time_range: String,
}

pub(super) fn list_actions(world: &Arc<World>, input: &ListActions) -> Result<Value, ApiError> {
    let filter = input.filter.as_ref();
    let latest = filter.and_then(|filter| filter.latest_in_pipeline_execution.as_ref());
    let only = latest
        .map(|latest| latest.pipeline_execution_id.as_str())
        .or_else(|| filter.and_then(|filter| filter.pipeline_execution_id.as_deref()));
    let newest_only = latest.is_some_and(|latest| latest.start_time_range == "Latest");
    let region = &world.options.region;
    let items = world.change(|engine, _| {
        let pipeline = engine.pipeline(&input.pipeline_name)?;
        if let Some(id) = only {
            engine.execution(&input.pipeline_name, id)?;
        }
        let mut found: Vec<(&Execution, &ActionRun)> = pipeline
            .executions
            .iter()
            .filter(|execution| only.is_none_or(|id| execution.id == id))
            .flat_map(|execution| execution.actions.iter().map(move |run| (execution, run)))
            .filter(|(execution, run)| {
                !newest_only
                    || execution
                        .latest_action(&run.stage_name, &run.name)
                        .is_some_and(|latest| latest.id == run.id)
            })
            .collect();
        found.reverse();
        found.sort_by_key(|(_, run)| std::cmp::Reverse(run.started_at));
        Ok::<_, ApiError>(
            found
                .into_iter()
                .map(|(execution, run)| detail(execution, run, region))
                .collect(),
        )
    })?;
    let size = input.max_results.unwrap_or(100);
    page(
        "actionExecutionDetails",
        items,
        input.next_token.as_deref(),
        size,
    )
}

fn detail(execution: &Execution, run: &ActionRun, region: &str) -> Value {
    let artifacts = |artifacts: &[Artifact]| -> Vec<Value> {
        let shown = |artifact: &Artifact| json!({ "name": artifact.name, "s3location": { "bucket": artifact.bucket, "key": artifact.key } });
        artifacts.iter().map(shown).collect()
    };
    let result = &run.result;
    let succeeded = run.status == ActionStatus::Succeeded;
    let output = json!({
        "outputArtifacts": if succeeded { artifacts(&run.outputs) } else { Vec::new() },
        "executionResult": {
            "externalExecutionId": result.external_id.as_ref().or(run.token.as_ref()),
            "externalExecutionSummary": result.summary,
            "externalExecutionUrl": result.url,
            "errorDetails": result.error.as_ref().map(|(code, message)| json!({ "code": code, "message": message })),
        },
        "outputVariables": result.variables,
    });
    dense(json!({
        "pipelineExecutionId": execution.id,
        "actionExecutionId": run.id,
        "pipelineVersion": execution.version,
        "stageName": run.stage_name,
        "actionName": run.name,
        "startTime": seconds(run.started_at),
        "lastUpdateTime": seconds(run.updated_at),
        "updatedBy": run.updated_by,
        "status": run.status,
        "input": {
            "actionTypeId": run.kind,
            "configuration": run.configuration,
            "resolvedConfiguration": run.resolved,
            "region": region,
            "inputArtifacts": artifacts(&run.inputs),
            "namespace": run.namespace,
        },
        "output": output,
    }))
}

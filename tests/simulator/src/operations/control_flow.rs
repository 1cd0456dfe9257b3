//! Approving, retrying, rolling back, stopping, and opening or closing transitions.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{principal, seconds};
use crate::{engine::Answer, protocol::error::ApiError, world::World};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Approval {
    pipeline_name: String,
    stage_name: String,
    action_name: String,
    result: ApprovalResult,
    token: String,
}

#[derive(Deserialize)]
struct ApprovalResult {
    summary: String,
    status: String,
}

pub(super) fn approve(world: &Arc<World>, input: &Approval) -> Result<Value, ApiError> {
    let by = principal(world);
    let answer = Answer {
        stage: &input.stage_name,
        action: &input.action_name,
        token: &input.token,
        approved: input.result.status == "Approved",
        summary: &input.result.summary,
        by: &by,
    };
    world.change(|engine, now| {
        engine.turn(&input.pipeline_name, now)?.approve(&answer)?;
        Ok(json!({ "approvedAt": seconds(now) }))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Retry {
    pipeline_name: String,
    stage_name: String,
    pipeline_execution_id: String,
    #[serde(rename = "retryMode")]
    mode: String,
}

pub(super) fn retry(world: &Arc<World>, input: &Retry) -> Result<Value, ApiError> {
    world.change(|engine, now| {
        let all = input.mode == "ALL_ACTIONS";
        let mut turn = engine.turn(&input.pipeline_name, now)?;
        turn.retry(&input.pipeline_execution_id, &input.stage_name, all)?;
        Ok(json!({ "pipelineExecutionId": input.pipeline_execution_id }))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rollback {
    pipeline_name: String,
    stage_name: String,
    target_pipeline_execution_id: String,
}

pub(super) fn roll_back(world: &Arc<World>, input: &Rollback) -> Result<Value, ApiError> {
    let by = principal(world);
    world.change(|engine, now| {
        let mut turn = engine.turn(&input.pipeline_name, now)?;
        let id = turn.roll_back(&input.stage_name, &input.target_pipeline_execution_id, by)?;
        Ok(json!({ "pipelineExecutionId": id }))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stop {
    pipeline_name: String,
    pipeline_execution_id: String,
    #[serde(default)]
    abandon: bool,
    reason: Option<String>,
}

pub(super) fn stop(world: &Arc<World>, input: Stop) -> Result<Value, ApiError> {
    world.change(|engine, now| {
        let mut turn = engine.turn(&input.pipeline_name, now)?;
        turn.stop(&input.pipeline_execution_id, input.abandon, input.reason)?;
        Ok(json!({ "pipelineExecutionId": input.pipeline_execution_id }))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transition {
    pipeline_name: String,
    stage_name: String,
    #[serde(rename = "transitionType")]
    direction: String,
    #[serde(default)]
    reason: String,
}

pub(super) fn open(world: &Arc<World>, input: &Transition) -> Result<Value, ApiError> {
    world.change(|engine, now| {
        let outbound = input.direction == "Outbound";
        engine
            .turn(&input.pipeline_name, now)?
            .open(&input.stage_name, outbound)?;
        Ok(Value::Null)
    })
}

pub(super) fn close(world: &Arc<World>, input: &Transition) -> Result<Value, ApiError> {
    world.change(|engine, now| {
        let outbound = input.direction == "Outbound";
        let mut turn = engine.turn(&input.pipeline_name, now)?;
        turn.close(&input.stage_name, outbound, &input.reason)?;
        Ok(Value::Null)
    })
}

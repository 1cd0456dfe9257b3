//! The operations of the API, by subject.

mod control_flow;
mod declare;
mod executions;
mod jobs;
mod pages;
mod pipelines;
mod state;

use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{protocol::error::ApiError, world::World};

/// Carries out a request that the validator has passed.
pub(crate) fn perform(
    world: &Arc<World>,
    operation: &str,
    body: &Value,
) -> Result<Value, ApiError> {
    match operation {
        "CreatePipeline" => pipelines::create(world, body),
        "GetPipeline" => pipelines::get(world, &read(body)?),
        "ListPipelines" => pipelines::list(world, &read(body)?),
        "DeletePipeline" => pipelines::delete(world, &read(body)?),
        "StartPipelineExecution" => executions::start(world, read(body)?),
        "GetPipelineExecution" => executions::get(world, &read(body)?),
        "ListPipelineExecutions" => executions::list(world, &read(body)?),
        "ListActionExecutions" => executions::list_actions(world, &read(body)?),
        "GetPipelineState" => state::get(world, &read(body)?),
        "PutApprovalResult" => control_flow::approve(world, &read(body)?),
        "RetryStageExecution" => control_flow::retry(world, &read(body)?),
        "RollbackStage" => control_flow::roll_back(world, &read(body)?),
        "StopPipelineExecution" => control_flow::stop(world, read(body)?),
        "EnableStageTransition" => control_flow::open(world, &read(body)?),
        "DisableStageTransition" => control_flow::close(world, &read(body)?),
        "PutJobSuccessResult" => jobs::succeed(world, read(body)?),
        "PutJobFailureResult" => jobs::fail(world, read(body)?),
        "GetJobDetails" => jobs::details(world, &read(body)?),
        _ => Err(ApiError::new(
            "UnknownOperationException",
            "The simulator does not know this operation",
        )),
    }
}

fn read<T: DeserializeOwned>(body: &Value) -> Result<T, ApiError> {
    T::deserialize(body).map_err(|error| ApiError::new("SerializationException", error.to_string()))
}

/// Who calls: the simulator knows one principal only.
pub(crate) fn principal(world: &World) -> String {
    format!("arn:aws:iam::{}:user/simulator", world.options.account)
}

/// A time as the protocol writes it: seconds with a fraction.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 are below 2^52"
)]
fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

/// Leaves out the fields that are null: the API never writes null.
fn dense(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, dense(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(dense).collect(),
        other => other,
    }
}

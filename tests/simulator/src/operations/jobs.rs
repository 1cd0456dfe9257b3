//! The answers of functions to their jobs.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use serde_json::{Value, json};

use super::dense;
use crate::{jobs::JobAnswer, protocol::error::ApiError, world::World};

/// How many bytes an action's output variables may have in all.
const VARIABLES: usize = 122_880;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Success {
    job_id: String,
    continuation_token: Option<String>,
    execution_details: Option<Details>,
    #[serde(default)]
    output_variables: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    summary: Option<String>,
    external_execution_id: Option<String>,
    percent_complete: Option<u8>,
}

pub(super) fn succeed(world: &Arc<World>, input: Success) -> Result<Value, ApiError> {
    let size: usize = input
        .output_variables
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if size > VARIABLES {
        return Err(ApiError::new(
            "OutputVariablesSizeExceededException",
            format!("The output variables have {size} bytes; {VARIABLES} are allowed"),
        ));
    }
    if input.continuation_token.is_some() && !input.output_variables.is_empty() {
        return Err(ApiError::validation(
            "A job that goes on with a continuation token cannot have output variables yet",
        ));
    }
    let details = input.execution_details.unwrap_or_default();
    let answer = JobAnswer::Success {
        summary: details.summary,
        external_id: details.external_execution_id,
        percent: details.percent_complete,
        variables: input.output_variables,
        continuation: input.continuation_token,
    };
    world.jobs(|jobs| jobs.answer(&input.job_id, answer))?;
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure {
    job_id: String,
    failure_details: FailureDetails,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FailureDetails {
    r#type: String,
    message: String,
    external_execution_id: Option<String>,
}

pub(super) fn fail(world: &Arc<World>, input: Failure) -> Result<Value, ApiError> {
    let answer = JobAnswer::Failure {
        code: input.failure_details.r#type,
        message: input.failure_details.message,
        external_id: input.failure_details.external_execution_id,
    };
    world.jobs(|jobs| jobs.answer(&input.job_id, answer))?;
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetDetails {
    job_id: String,
}

/// AWS documents it for custom actions; functions that answer Lambda actions call it, too.
pub(super) fn details(world: &Arc<World>, input: &GetDetails) -> Result<Value, ApiError> {
    let details = world.jobs(|jobs| jobs.details(&input.job_id))?;
    Ok(dense(json!({ "jobDetails": details })))
}

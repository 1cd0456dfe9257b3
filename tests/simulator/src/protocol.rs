//! AWS JSON 1.1: the operation's name in a header, the request and the answer as JSON.

pub(crate) mod error;
pub(crate) mod validate;

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use self::error::ApiError;
use crate::{faults::FaultKind, ids, operations, world::World};

/// What `X-Amz-Target` begins with.
const TARGET: &str = "CodePipeline_20150709.";

/// Answers one request.
pub(crate) async fn serve(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let operation = operation(&headers);
    let fault = operation.and_then(|operation| world.faults.take(operation));
    let before = fault.filter(|fault| *fault != FaultKind::AnswerLost);
    if let Some(fault) = before {
        return gone_wrong(&world, fault, operation.unwrap_or_default());
    }
    let answered = answer(&world, &headers, &body);
    if fault.is_some() {
        return broken_off();
    }
    match answered {
        Ok(value) => respond(StatusCode::OK, None, &value),
        Err(error) => {
            tracing::debug!(%error, "refused");
            respond(StatusCode::BAD_REQUEST, Some(error.code), &error.body())
        }
    }
}

fn operation(headers: &HeaderMap) -> Option<&str> {
    let target = headers.get("x-amz-target")?;
    target.to_str().ok()?.strip_prefix(TARGET)
}

/// The answer to a call that is not carried out.
fn gone_wrong(world: &World, fault: FaultKind, operation: &str) -> Response {
    let (status, code, message) = match fault {
        FaultKind::Throttled => (
            StatusCode::BAD_REQUEST,
            "ThrottlingException",
            "Rate exceeded".to_owned(),
        ),
        FaultKind::Denied => (
            StatusCode::BAD_REQUEST,
            "AccessDeniedException",
            format!(
                "User: {} is not authorized to perform: codepipeline:{operation} because no identity-based policy allows it",
                operations::principal(world)
            ),
        ),
        FaultKind::Refused => (
            StatusCode::BAD_REQUEST,
            "ValidationException",
            format!("{operation} does not take this request"),
        ),
        FaultKind::ServiceFailed => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalFailure",
            "The request processing has failed".to_owned(),
        ),
        FaultKind::CallLost | FaultKind::AnswerLost => return broken_off(),
    };
    respond(status, Some(code), &ApiError::new(code, message).body())
}

/// An answer that ends before it is through.
fn broken_off() -> Response {
    let cut = || std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let parts = futures::stream::iter([Ok(Bytes::from_static(b"{\"pipe")), Err(cut())]);
    Response::new(Body::from_stream(parts))
}

fn answer(world: &Arc<World>, headers: &HeaderMap, body: &[u8]) -> Result<Value, ApiError> {
    let operation = operation(headers)
        .filter(|operation| validate::knows(operation))
        .ok_or_else(|| {
            ApiError::new(
                "UnknownOperationException",
                "The simulator does not know this operation",
            )
        })?;
    let body: Value = serde_json::from_slice(body).map_err(|error| {
        ApiError::new(
            "SerializationException",
            format!("The request is not JSON: {error}"),
        )
    })?;
    call(world, operation, &body)
}

/// Checks a request and carries it out.
pub(crate) fn call(world: &Arc<World>, operation: &str, body: &Value) -> Result<Value, ApiError> {
    validate::check(operation, body)?;
    operations::perform(world, operation, body)
}

fn respond(status: StatusCode, error: Option<&str>, body: &Value) -> Response {
    // Operations without an output answer with nothing at all.
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/x-amz-json-1.1"),
    );
    if let Ok(id) = header::HeaderValue::from_str(&ids::uuid()) {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(error) = error.and_then(|error| header::HeaderValue::from_str(error).ok()) {
        headers.insert("x-amzn-errortype", error);
    }
    response
}

//! DynamoDB's protocol (`application/x-amz-json-1.0`): the operation in a header, its input and output as JSON.

use std::convert::Infallible;

use bytes::Bytes;
use dynoxide::Database;
use http_body_util::{BodyExt, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
};
use s3s::Body;
use tokio::task::spawn_blocking;

use super::operations::{self, Refused};
use crate::body::RequestBody;

/// What DynamoDB takes at the most.
const BODY_LIMIT: usize = 16 << 20;

const PREFIX: &str = "DynamoDB_20120810.";

/// Answers one request.
pub(super) async fn answer(
    database: Database,
    request: Request<RequestBody>,
) -> Result<Response<Body>, Infallible> {
    let (status, json) = carry_out(database, request).await;
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    Ok(response)
}

async fn carry_out(database: Database, request: Request<RequestBody>) -> (StatusCode, Bytes) {
    let (head, body) = request.into_parts();
    let target = head.headers.get("x-amz-target");
    let name = target
        .and_then(|target| target.to_str().ok()?.strip_prefix(PREFIX))
        .filter(|_| head.method == Method::POST);
    let Some(name) = name.map(str::to_owned) else {
        return unknown();
    };
    let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
        return invalid("SerializationException");
    };
    let body = body.to_bytes();
    // The database waits for the disk.
    let done = spawn_blocking(move || operations::run(&database, &name, &body)).await;
    match done {
        Ok(Ok(json)) => (StatusCode::OK, json.into()),
        Ok(Err(Refused::Unknown)) => unknown(),
        Ok(Err(Refused::Because(error))) => {
            let status = StatusCode::from_u16(error.status_code());
            (
                status.unwrap_or(StatusCode::BAD_REQUEST),
                error.to_json().into(),
            )
        }
        Err(error) => {
            tracing::error!(%error, "the embedded DynamoDB did not end an operation");
            let (_, json) = invalid("InternalServerError");
            (StatusCode::INTERNAL_SERVER_ERROR, json)
        }
    }
}

fn unknown() -> (StatusCode, Bytes) {
    invalid("UnknownOperationException")
}

fn invalid(code: &str) -> (StatusCode, Bytes) {
    let json = serde_json::json!({ "__type": format!("com.amazon.coral.service#{code}") });
    (StatusCode::BAD_REQUEST, json.to_string().into())
}

//! `/api/v1/events`

use api::events::{Delivered, IgnoredEvent};
use axum::{Json, body::Bytes, extract::State};
use domain::json::Unique;
use portal::Error;

use crate::{
    extract::{body::JsonBytes, caller::Caller},
    openapi::{Invalid, MediaType, NotFound, TooLarge},
    problem::Problem,
    state::Shared,
};

/// The most events of one request.
const MOST: usize = 100;

/// Records what sources report: one event as `EventBridge` sends it, or an array of up to 100. If one of them is not
/// valid, or of a pipeline that feeds what the caller may not report of, none is recorded. The same event again changes
/// nothing.
#[utoipa::path(
    post, path = "/api/v1/events", tag = "events", operation_id = "receive_events",
    request_body(content = Value, description = "An event of up to 256 KiB, or an array of them", content_type = "application/json"),
    responses((status = 200, description = "What became of it", body = Delivered), Invalid, NotFound, TooLarge, MediaType),
)]
pub(super) async fn receive(
    State(state): Shared,
    caller: Caller,
    JsonBytes(body): JsonBytes,
) -> Result<Json<Delivered>, Problem> {
    let events = split(body)?;
    let recorder = state.portal.events();
    for (index, event) in events.iter().enumerate() {
        let read = recorder.read(&caller.actor, event, caller.now);
        read.map_err(|error| refusal(error, index, events.len()))?;
    }
    let received = recorder.receive_all(&caller.actor, &events, caller.now);
    let received = received.await?;
    let mut delivered = Delivered {
        events: Vec::new(),
        duplicates: 0,
        claimed: 0,
        ignored: Vec::new(),
    };
    for (index, received) in received.into_iter().enumerate() {
        if received.claimed {
            delivered.claimed += received.events.len();
        }
        delivered.events.extend(received.events);
        delivered.duplicates += received.duplicates;
        if let Some(reason) = received.ignored {
            delivered.ignored.push(IgnoredEvent {
                index,
                reason: reason.to_string(),
            });
        }
    }
    Ok(Json(delivered))
}

/// The events of a body: itself, or the elements of the array that it is.
fn split(body: Bytes) -> Result<Vec<Bytes>, Problem> {
    if !body.trim_ascii_start().starts_with(b"[") {
        return Ok(vec![body]);
    }
    let invalid =
        |error: serde_json::Error| Problem::invalid("", format!("The body is not JSON: {error}."));
    let values: Vec<Unique> = serde_json::from_slice(&body).map_err(invalid)?;
    if !(1..=MOST).contains(&values.len()) {
        let detail = format!("An array holds 1 to {MOST} events, not {}.", values.len());
        return Err(Problem::invalid("", detail));
    }
    values
        .iter()
        .map(|Unique(value)| serde_json::to_vec(value).map(Bytes::from).map_err(invalid))
        .collect()
}

/// Why the event at that place is refused, and so all of them.
fn refusal(error: Error, index: usize, of: usize) -> Problem {
    let mut problem = Problem::from(error);
    if of > 1 {
        let field = problem.body.field.take().map(|field| format!(".{field}"));
        problem.body.field = Some(format!("[{index}]{}", field.unwrap_or_default()));
    }
    problem
}

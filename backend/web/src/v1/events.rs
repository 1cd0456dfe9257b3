//! `/api/v1/events`

use std::collections::HashMap;

use api::events::{Delivered, IgnoredEvent};
use axum::{Json, body::Bytes, extract::State};
use domain::{id::RunId, json::Unique};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use portal::Error;

use crate::{
    extract::{body::JsonBytes, caller::Caller},
    openapi::{Invalid, MediaType, NotFound, TooLarge},
    problem::Problem,
    state::Shared,
};

/// The most events of one request.
const MOST: usize = 100;

/// The events of so many runs are recorded at once. The end of a `CodeBuild` build tells ten things, so that a hundred of them
/// take a thousand writes.
const AT_ONCE: usize = 16;

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
    // Those of one run one after the other: at once, they would wait for each other all the same.
    let mut runs: HashMap<Option<RunId>, Vec<usize>> = HashMap::new();
    for (index, event) in events.iter().enumerate() {
        let read = state.portal.events().read(&caller.actor, event, caller.now);
        let read = read.map_err(|error| refusal(error, index, events.len()))?;
        let run = read.events.into_iter().next().map(|event| event.run);
        runs.entry(run).or_default().push(index);
    }
    let record = |indices: Vec<usize>| {
        let (state, caller, events) = (&state, &caller, &events);
        async move {
            let mut recorded = Vec::with_capacity(indices.len());
            for index in indices {
                let receiving = state.portal.events();
                let received = receiving.receive(&caller.actor, &events[index], caller.now);
                recorded.push((index, received.await?));
            }
            Ok::<_, Error>(recorded)
        }
        .boxed()
    };
    let recording: Vec<_> = runs.into_values().map(record).collect();
    let recorded = stream::iter(recording).buffer_unordered(AT_ONCE);
    let mut recorded: Vec<_> = recorded.try_concat().await?;
    recorded.sort_by_key(|(index, _)| *index);
    let mut delivered = Delivered {
        events: Vec::new(),
        duplicates: 0,
        claimed: 0,
        ignored: Vec::new(),
    };
    for (index, received) in recorded {
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

//! EventBridge's `PutEvents`: each entry becomes the event that a rule would have delivered, and is recorded.

use axum::{Json, body::Bytes, extract::State, http::HeaderMap};
use domain::{actor::Actor, causes::chain};
use portal::Error;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    LocalAws,
    answer::Refusal,
    event::{Entry, Malformed},
};
use crate::serve::ambient;

const TARGET: &str = "AWSEvents.PutEvents";
/// EventBridge's own limit.
const MOST_ENTRIES: usize = 10;

#[derive(Deserialize)]
struct PutEvents {
    #[serde(rename = "Entries")]
    entries: Vec<Entry>,
}

pub(super) async fn answer(
    State(local_aws): State<LocalAws>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let target = headers
        .get("x-amz-target")
        .and_then(|value| value.to_str().ok());
    if target != Some(TARGET) {
        return Err(Refusal::invalid(
            "UnknownOperationException",
            format!("Only {TARGET} is answered here"),
        ));
    }
    let request: PutEvents = serde_json::from_slice(&body)
        .map_err(|error| Refusal::invalid("SerializationException", error.to_string()))?;
    if !(1..=MOST_ENTRIES).contains(&request.entries.len()) {
        return Err(Refusal::invalid(
            "ValidationException",
            format!("Entries must hold 1 to {MOST_ENTRIES} entries"),
        ));
    }
    let mut results = Vec::with_capacity(request.entries.len());
    for entry in request.entries {
        results.push(local_aws.put(entry).await);
    }
    let failed = results
        .iter()
        .filter(|result| result.get("ErrorCode").is_some())
        .count();
    Ok(Json(
        json!({ "FailedEntryCount": failed, "Entries": results }),
    ))
}

impl LocalAws {
    /// Answered once it is recorded: an `EventId` means that the event is kept.
    async fn put(&self, entry: Entry) -> Value {
        let now = ambient::now();
        let (id, event) = match entry.into_event(&self.0.region, now) {
            Ok(event) => event,
            Err(Malformed { code, message }) => {
                return json!({ "ErrorCode": code, "ErrorMessage": message });
            }
        };
        let body = event.to_string();
        match self
            .0
            .portal
            .events()
            .receive(&Actor::portal(), body.as_bytes(), now)
            .await
        {
            Ok(received) => {
                tracing::debug!(
                    id,
                    events = received.events.len(),
                    duplicates = received.duplicates,
                    "received"
                );
            }
            // Deployed, the bus takes such an event too, and it ends in the dead-letter queue or matches no rule.
            Err(error @ Error::Invalid { .. }) => {
                tracing::warn!(id, error = chain(&error), "an event was not recorded");
            }
            Err(error) => {
                tracing::error!(id, error = chain(&error), "an event was not recorded");
                return json!({ "ErrorCode": "InternalFailure", "ErrorMessage": "It was not recorded: send it again" });
            }
        }
        json!({ "EventId": id })
    }
}

//! What sources report, in batches from the queue that `EventBridge` fills.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::{Timestamp, actor::Actor, causes::chain};
use portal::Portal;

/// Why a whole batch comes back, rather than some of its messages.
#[derive(Debug, thiserror::Error)]
#[error("a message that was not recorded has no identifier to report it by")]
pub struct Anonymous;

/// Records every message of a batch. Those that were not recorded are named in the answer, so that they alone come
/// again, and end in the dead-letter queue if they never can be.
pub async fn record(
    portal: &Portal,
    batch: SqsEvent,
    now: Timestamp,
) -> Result<SqsBatchResponse, Anonymous> {
    let actor = Actor::portal();
    let mut answer = SqsBatchResponse::default();
    for message in batch.records {
        if !recorded(portal, &actor, &message, now).await {
            answer.add_failure(message.message_id.ok_or(Anonymous)?);
        }
    }
    Ok(answer)
}

async fn recorded(portal: &Portal, actor: &Actor, message: &SqsMessage, now: Timestamp) -> bool {
    let id = message.message_id.as_deref().unwrap_or_default();
    let body = message.body.as_deref().unwrap_or_default();
    // Boxed: what recording keeps in flight is too large for the stack of a loop.
    match portal.events().receive(actor, body.as_bytes(), now).await {
        Ok(received) => {
            let events: Vec<&str> = received.events.iter().map(AsRef::as_ref).collect();
            tracing::info!(
                message_id = id,
                events = events.join(" "),
                duplicates = received.duplicates,
                ignored = received.ignored.map(|reason| reason.to_string()),
                "received"
            );
            true
        }
        Err(error) => {
            tracing::error!(message_id = id, error = chain(&error), "not recorded");
            false
        }
    }
}

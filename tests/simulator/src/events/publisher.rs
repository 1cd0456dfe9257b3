//! Sends events with `EventBridge`'s `PutEvents`.
//!
//! Deliveries are at least once and unordered in AWS; [`Delivery`] makes the simulator as bad on purpose. The events
//! wait in line, are retried with growing pauses, and given up after [`ATTEMPTS`].

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Envelope;

/// How often one event is sent before it is given up.
const ATTEMPTS: u32 = 8;
/// How many entries one `PutEvents` may have.
const BATCH: usize = 10;
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How unreliable deliveries are.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Delivery {
    /// Every how many events one is sent twice; 0 for never.
    pub duplicate_every: u64,
    /// Whether events that wait together are sent in another order.
    pub reorder: bool,
}

/// How many events went where.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) queued: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) dropped: AtomicU64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    time: i64,
    source: &'static str,
    detail_type: &'static str,
    resources: Vec<String>,
    detail: String,
    /// The event's own id, in the one field that can carry it, so that a receiver can tell a second delivery of
    /// one event from another event that says the same.
    trace_header: String,
}

impl Entry {
    fn of(event: &Envelope) -> Self {
        let digits = event.id.replace('-', "");
        let (first, second) = digits.split_at(8);
        Self {
            time: event.time.as_second(),
            source: event.source,
            detail_type: event.detail_type,
            resources: event.resources.clone(),
            detail: event.detail.to_string(),
            trace_header: format!("Root=1-{first}-{second}"),
        }
    }
}

/// Sends whatever comes through `events` to `endpoint`, until the channel closes.
pub(crate) async fn run(
    mut events: mpsc::UnboundedReceiver<Envelope>,
    endpoint: String,
    delivery: Delivery,
    client: reqwest::Client,
    counters: Arc<Counters>,
) {
    let mut sent = 0;
    let mut batch = Vec::with_capacity(BATCH);
    while events.recv_many(&mut batch, BATCH / 2).await > 0 {
        let mut entries: VecDeque<Entry> = VecDeque::new();
        for event in batch.drain(..) {
            sent += 1;
            entries.push_back(Entry::of(&event));
            if delivery.duplicate_every > 0 && sent % delivery.duplicate_every == 0 {
                counters.queued.fetch_add(1, Ordering::Relaxed);
                entries.push_back(Entry::of(&event));
            }
        }
        if delivery.reorder {
            entries = entries.into_iter().rev().collect();
        }
        deliver(entries.into(), &endpoint, &client, &counters).await;
    }
}

async fn deliver(
    mut entries: Vec<Entry>,
    endpoint: &str,
    client: &reqwest::Client,
    counters: &Counters,
) {
    let mut pause = Duration::from_millis(50);
    for attempt in 1..=ATTEMPTS {
        let before = entries.len();
        entries = put(entries, endpoint, client).await;
        counters
            .delivered
            .fetch_add((before - entries.len()) as u64, Ordering::Relaxed);
        if entries.is_empty() {
            return;
        }
        tracing::debug!(attempt, left = entries.len(), "events not taken");
        if attempt < ATTEMPTS {
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
    counters
        .dropped
        .fetch_add(entries.len() as u64, Ordering::Relaxed);
    tracing::warn!(
        dropped = entries.len(),
        endpoint,
        "gave events up: the receiver does not take them"
    );
}

/// Sends the entries and gives back those that were not taken.
async fn put(entries: Vec<Entry>, endpoint: &str, client: &reqwest::Client) -> Vec<Entry> {
    let body = json!({ "Entries": entries }).to_string();
    let answer = client
        .post(endpoint)
        .header("x-amz-target", "AWSEvents.PutEvents")
        .header("content-type", "application/x-amz-json-1.1")
        .timeout(PATIENCE)
        .body(body)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status);
    let answer = match answer {
        Ok(answer) => answer.json::<Value>().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => {
            let refused = |index: usize| answer["Entries"][index]["ErrorCode"].is_string();
            let indexed = entries.into_iter().enumerate();
            indexed
                .filter(|(index, _)| refused(*index))
                .map(|(_, entry)| entry)
                .collect()
        }
        Err(error) => {
            tracing::debug!(%error, "PutEvents failed");
            entries
        }
    }
}

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
use crate::{
    clock,
    options::Options,
    signing::{self, Post},
};

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

/// Who takes the events, and how they get there.
pub(crate) struct Receiver {
    pub(crate) endpoint: String,
    pub(crate) client: reqwest::Client,
    pub(crate) options: Options,
}

/// Why events were not taken.
#[derive(Debug, thiserror::Error)]
enum NotTaken {
    #[error("the request was not signed")]
    Unsigned(#[from] signing::Error),
    #[error("the request failed")]
    Failed(#[from] reqwest::Error),
}

/// Sends whatever comes through `events` to the receiver, until the channel closes.
pub(crate) async fn run(
    mut events: mpsc::UnboundedReceiver<Envelope>,
    receiver: Receiver,
    counters: Arc<Counters>,
) {
    let delivery = receiver.options.delivery;
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
        deliver(entries.into(), &receiver, &counters).await;
    }
}

async fn deliver(mut entries: Vec<Entry>, receiver: &Receiver, counters: &Counters) {
    let mut pause = Duration::from_millis(50);
    for attempt in 1..=ATTEMPTS {
        let before = entries.len();
        entries = put(entries, receiver).await;
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
        endpoint = receiver.endpoint,
        "gave events up: the receiver does not take them"
    );
}

/// Sends the entries and gives back those that were not taken.
async fn put(entries: Vec<Entry>, receiver: &Receiver) -> Vec<Entry> {
    match request(&entries, receiver).await {
        Ok(answer) => {
            let refused = |index: usize| answer["Entries"][index]["ErrorCode"].is_string();
            let indexed = entries.into_iter().enumerate();
            indexed
                .filter(|(index, _)| refused(*index))
                .map(|(_, entry)| entry)
                .collect()
        }
        Err(error) => {
            tracing::debug!(?error, "PutEvents failed");
            entries
        }
    }
}

async fn request(entries: &[Entry], receiver: &Receiver) -> Result<Value, NotTaken> {
    let request = signing::sign_post(
        &receiver.client,
        &receiver.options,
        Post {
            service: "events",
            url: &receiver.endpoint,
            headers: &[
                ("x-amz-target", "AWSEvents.PutEvents"),
                ("content-type", "application/x-amz-json-1.1"),
            ],
            body: json!({ "Entries": entries }).to_string(),
        },
        clock::now(),
    )?;
    let answer = request.timeout(PATIENCE).send().await?;
    Ok(answer.error_for_status()?.json().await?)
}

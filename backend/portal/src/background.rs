//! Work that takes longer than a request may take: it is noted in the table, and done by something that serves no people.
//!
//! Deployed, that is the function `register`; in `towpath serve` and in tests it is a task of the same process. A call that
//! got lost loses nothing: what nobody works on is handed over again by the clock.

use std::{fmt, time::Duration};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use domain::{Timestamp, causes::chain, id::UploadId};
use futures::{StreamExt as _, future::BoxFuture, stream};
use tokio::{
    sync::{
        Semaphore,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    time::sleep,
};

use crate::{Portal, uploads::Ended};

/// So many uploads are registered at once by one process.
const AT_ONCE: usize = 4;

/// What does the work.
pub trait Background: fmt::Debug + Send + Sync {
    /// Has an upload registered soon, by [`Uploads::register`](crate::uploads::Uploads::register). Asked twice, it may be
    /// done twice, which changes nothing.
    fn register<'a>(&'a self, upload: &'a UploadId) -> BoxFuture<'a, Result<(), NotTaken>>;
}

/// Why work was not handed over.
#[derive(Debug, thiserror::Error)]
#[error("an upload was not handed over to be registered")]
pub struct NotTaken(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Work for a task of this process.
#[derive(Clone, Debug)]
pub struct Queue(UnboundedSender<UploadId>);

/// The other end of a [`Queue`].
#[derive(Debug)]
pub struct Queued(UnboundedReceiver<UploadId>);

/// A queue within this process. [`Queued::work`] does what is in it.
pub fn queue() -> (Queue, Queued) {
    let (sender, receiver) = unbounded_channel();
    (Queue(sender), Queued(receiver))
}

impl Background for Queue {
    fn register<'a>(&'a self, upload: &'a UploadId) -> BoxFuture<'a, Result<(), NotTaken>> {
        let sent = self.0.send(upload.clone());
        Box::pin(async { sent.map_err(|error| NotTaken(error.into())) })
    }
}

impl Queued {
    /// Registers what comes, until nobody is left who could send more.
    pub async fn work(self, portal: &Portal, clock: fn() -> Timestamp) {
        let places = Semaphore::new(AT_ONCE);
        stream::unfold(self.0, |mut uploads| async {
            Some((uploads.recv().await?, uploads))
        })
        .for_each_concurrent(None, |upload| register(portal, upload, clock, &places))
        .await;
    }
}

/// Registers an upload, and goes on trying for a quarter of an hour: then the clock does. One that pauses keeps no place.
async fn register(portal: &Portal, upload: UploadId, clock: fn() -> Timestamp, places: &Semaphore) {
    let mut pauses = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(15))
        .with_max_times(60)
        .build();
    loop {
        let place = places.acquire().await;
        let registered = portal.uploads().register(&upload, clock()).await;
        drop(place);
        match registered {
            Ok(ended) => return log(&upload, &ended),
            Err(error) => {
                let Some(pause) = pauses.next().filter(|_| error.is_passing()) else {
                    tracing::error!(%upload, error = chain(&error), "an upload waits for the clock to be registered");
                    return;
                };
                tracing::warn!(%upload, error = chain(&error), "an upload is registered later");
                sleep(pause).await;
            }
        }
    }
}

/// Writes down what became of an upload.
pub fn log(upload: &UploadId, ended: &Ended) {
    match ended {
        Ended::Registered(build) => {
            tracing::info!(%upload, app = %build.app, build = %build.id, number = build.number, "registered");
        }
        Ended::Failed(error) => {
            tracing::warn!(event = "registration-failed", %upload, reason = error.told(), "no build came of an upload");
        }
        Ended::Nothing => tracing::info!(%upload, "there is nothing to register"),
    }
}

//! What reading costs.

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;

use super::ReadAt;

/// Counts what is asked of a source, so that a budget of bytes can be held and shown.
#[derive(Debug)]
pub struct Metered<S> {
    source: S,
    requests: AtomicU64,
    fetched: AtomicU64,
}

impl<S> Metered<S> {
    /// Starts at zero.
    pub fn new(source: S) -> Self {
        Self {
            source,
            requests: AtomicU64::new(0),
            fetched: AtomicU64::new(0),
        }
    }

    /// Ranges asked for.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Bytes asked for.
    pub fn fetched(&self) -> u64 {
        self.fetched.load(Ordering::Relaxed)
    }
}

impl<S: ReadAt> ReadAt for Metered<S> {
    type Error = S::Error;

    fn size(&self) -> u64 {
        self.source.size()
    }

    fn read_at(&self, range: Range<u64>) -> impl Future<Output = Result<Bytes, S::Error>> + Send {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let length = range.end.saturating_sub(range.start);
        self.fetched.fetch_add(length, Ordering::Relaxed);
        self.source.read_at(range)
    }
}

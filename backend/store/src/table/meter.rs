//! What calls cost, for measurements.

use std::sync::Mutex;

/// Adds up what the calls of a table cost.
#[derive(Debug, Default)]
pub struct Meter {
    reading: Mutex<Reading>,
}

/// What calls have cost so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// Requests sent.
    pub requests: u64,
    /// Read units consumed.
    pub read_units: f64,
    /// Write units consumed, those of the index included.
    pub write_units: f64,
    /// Bytes of the items that came back.
    pub bytes_read: u64,
    /// Items of the largest transaction.
    pub largest_transaction: usize,
    /// Bytes of the largest item that was written.
    pub largest_item: u64,
}

impl Meter {
    /// What it shows now.
    pub fn read(&self) -> Reading {
        *self.lock()
    }

    /// Sets it back to nothing, and gives what it showed.
    pub fn reset(&self) -> Reading {
        std::mem::take(&mut *self.lock())
    }

    /// Adds what one call cost.
    pub(super) fn add(&self, cost: Reading) {
        let mut reading = self.lock();
        reading.requests += cost.requests;
        reading.read_units += cost.read_units;
        reading.write_units += cost.write_units;
        reading.bytes_read += cost.bytes_read;
        reading.largest_transaction = reading.largest_transaction.max(cost.largest_transaction);
        reading.largest_item = reading.largest_item.max(cost.largest_item);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Reading> {
        // A reading is plain numbers: the thread that panicked while adding left nothing half-done that matters.
        self.reading
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

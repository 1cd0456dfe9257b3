//! How often a write that others were faster at is tried again.

use std::time::Duration;

use crate::{Error, Result};

/// More tries than writers ever meet at one item: at every try one of them gets through.
const MOST: u32 = 64;
/// The first pause.
const FIRST: Duration = Duration::from_millis(2);
/// The longest pause.
const LONGEST: Duration = Duration::from_millis(50);

/// The tries of one write.
#[derive(Debug)]
pub(super) struct Tries<'a> {
    what: &'a str,
    failed: u32,
}

impl<'a> Tries<'a> {
    /// The tries to change `what`.
    pub(super) fn of(what: &'a str) -> Self {
        Self { what, failed: 0 }
    }

    /// Waits before the next try, a little longer each time; after the last, gives up.
    pub(super) async fn again(&mut self) -> Result<()> {
        self.failed += 1;
        if self.failed >= MOST {
            return Err(Error::Conflict {
                what: self.what.to_owned(),
            });
        }
        let pause = FIRST.saturating_mul(1 << self.failed.min(5)).min(LONGEST);
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

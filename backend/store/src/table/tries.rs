//! How often and for how long a call that others were in the way of is tried again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use crate::{Error, Result};

/// More tries than writers ever meet at one item: at every try one of them gets through.
const MOST: usize = 64;
/// The first pause. Each is at most as much longer by chance, so that those who met once do not meet again.
const FIRST: Duration = Duration::from_millis(2);
/// The longest pause.
const LONGEST: Duration = Duration::from_millis(50);
/// The most that one write pauses in all.
const BUDGET: Duration = Duration::from_secs(4);

/// The tries of one call.
#[derive(Debug)]
pub(super) struct Tries<'a> {
    what: &'a str,
    pauses: ExponentialBackoff,
}

impl<'a> Tries<'a> {
    /// The tries to change `what`.
    pub(super) fn of(what: &'a str) -> Self {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST)
            .with_max_delay(LONGEST)
            .with_max_times(MOST)
            .with_total_delay(Some(BUDGET))
            .with_jitter();
        Self {
            what,
            pauses: pauses.build(),
        }
    }

    /// Pauses before the next try, a little longer each time; after the last, gives up.
    pub(super) async fn again(&mut self) -> Result<()> {
        let Some(pause) = self.pauses.next() else {
            return Err(Error::Conflict {
                what: self.what.to_owned(),
            });
        };
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

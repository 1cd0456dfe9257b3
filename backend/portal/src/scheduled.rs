//! What nobody asks for and has to be done. Deployed, a schedule calls for it every few minutes; `towpath serve` does it
//! every minute. Each duty can be repeated at any time, and has a time of its own: one that fails or takes too long keeps no
//! other from being done, and goes on at the next call.

use std::time::Duration;

use domain::{Timestamp, causes::chain};
use tokio::time::timeout;

use crate::{
    Error, Portal, Result,
    integrity::Integrity,
    retention::{Retention, Swept},
    uploads::LEFT_ALONE,
};

/// How long one duty may take, the promotions aside. All together end within the four minutes that the function has.
const BRIEF: Duration = Duration::from_secs(15);

/// How long going on with promotions may take: copies of large files.
const PROMOTIONS: Duration = Duration::from_mins(2);

/// What was done. Of a duty that did not end, as much as it had done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// What retention removed.
    pub swept: Swept,
    /// Whether the configuration is another than before.
    pub config_changed: bool,
    /// How many promotions have been starting or running for more than an hour.
    pub slow_promotions: u64,
    /// How many uploads were to be registered more than an hour ago.
    pub slow_registrations: u64,
}

/// Does all that is due at `now`: seals the audit log, records a changed configuration, has environments follow withdrawals that
/// broke off, hands over uploads that nobody registers, applies retention, reads on in the files of what is served, goes on with
/// promotions (those that may start now, those that have waited too long, those that nothing was heard of), and requests the
/// automatic ones. The first that failed is the error, when all others are done.
pub async fn run_scheduled_tasks(portal: &Portal, now: Timestamp) -> Result<Done> {
    let mut done = Done::default();
    let mut duties = Duties::default();
    // Boxed: what the duties keep in flight is too large for the stack. Sealing comes first and promotions last, so that no
    // slow promotion keeps anything waiting.
    duties
        .carry_out("seal", BRIEF, portal.audit().seal_if_due(now))
        .await;
    let changed = portal.audit().config_changed(now);
    if let Some(changed) = duties.carry_out("configuration", BRIEF, changed).await {
        done.config_changed = changed;
    }
    duties
        .carry_out("withdrawals", BRIEF, portal.holds().settle_all())
        .await;
    let resumed = portal.uploads().resume(LEFT_ALONE, now);
    if let Some(slow) = duties.carry_out("registrations", BRIEF, resumed).await {
        done.slow_registrations = slow;
    }
    let sweep = Retention::of(portal).sweep(&mut done.swept, now);
    duties.carry_out("retention", BRIEF, sweep).await;
    let verify = Integrity::of(portal).verify(now);
    duties.carry_out("stored objects", BRIEF, verify).await;
    let advance = portal
        .promotions()
        .advance_all(&mut done.slow_promotions, now);
    duties.carry_out("promotions", PROMOTIONS, advance).await;
    let follow = portal.promotions().follow_all(now);
    duties
        .carry_out("automatic promotions", BRIEF, follow)
        .await;
    duties.failed.map_or(Ok(done), Err)
}

/// The duties of one call.
#[derive(Debug, Default)]
struct Duties {
    failed: Option<Error>,
}

impl Duties {
    /// Carries a duty out for so long at the most. `None` if it did not come to its end.
    async fn carry_out<T>(
        &mut self,
        what: &'static str,
        budget: Duration,
        duty: impl Future<Output = Result<T>>,
    ) -> Option<T> {
        let ended = timeout(budget, Box::pin(duty)).await;
        let error = match ended.unwrap_or(Err(Error::Unfinished)) {
            Ok(done) => return Some(done),
            Err(error) => error,
        };
        tracing::error!(what, error = chain(&error), "a scheduled task failed");
        self.failed.get_or_insert(error);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_duty_that_never_ends_keeps_no_other_from_being_done() {
        let mut duties = Duties::default();
        let stuck = std::future::pending::<Result<()>>();
        assert_eq!(duties.carry_out("stuck", Duration::ZERO, stuck).await, None);
        let done = duties.carry_out("quick", BRIEF, async { Ok(7) }).await;
        assert_eq!(done, Some(7));
        assert!(matches!(duties.failed, Some(Error::Unfinished)));
    }

    #[test]
    fn all_duties_together_end_within_the_function_s_four_minutes() {
        assert!(BRIEF * 7 + PROMOTIONS < Duration::from_mins(4));
    }
}

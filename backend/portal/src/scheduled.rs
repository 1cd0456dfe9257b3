//! What nobody asks for and has to be done. Deployed, a schedule calls for it every few minutes; `towpath serve` does it
//! every minute. Each duty can be repeated at any time, and one that fails keeps no other from being done.

use domain::{Timestamp, causes::chain};

use crate::{
    Error, Portal, Result,
    retention::{Retention, Swept},
    uploads::LEFT_ALONE,
};

/// What was done.
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

/// Does all that is due at `now`: seals the audit log, notes a changed configuration, has environments follow withdrawals that broke off, has uploads registered that nobody works on, goes on with promotions (those that may start now,
/// those that have waited too long, those that nothing was heard of, those that follow by themselves), applies
/// retention. The first that failed is the error, when all others are done.
pub async fn run_scheduled_tasks(portal: &Portal, now: Timestamp) -> Result<Done> {
    let mut failed: Option<Error> = None;
    let mut keep = |what, error: Error| {
        tracing::error!(what, error = chain(&error), "a scheduled task failed");
        failed.get_or_insert(error);
    };
    let mut done = Done::default();
    // Boxed: what the duties keep in flight is too large for the stack. Sealing comes first, so that no slow promotion
    // keeps it waiting.
    if let Err(error) = portal.audit().seal_if_due(now).await {
        keep("seal", error);
    }
    match portal.audit().config_changed(now).await {
        Ok(changed) => done.config_changed = changed,
        Err(error) => keep("configuration", error),
    }
    if let Err(error) = portal.holds().settle_all().await {
        keep("withdrawals", error);
    }
    match portal.uploads().resume(LEFT_ALONE, now).await {
        Ok(slow) => done.slow_registrations = slow,
        Err(error) => keep("registrations", error),
    }
    match portal.promotions().advance_all(now).await {
        Ok(slow) => done.slow_promotions = slow,
        Err(error) => keep("promotions", error),
    }
    match Retention::of(portal).sweep(now).await {
        Ok(swept) => done.swept = swept,
        Err(error) => keep("retention", error),
    }
    failed.map_or(Ok(done), Err)
}

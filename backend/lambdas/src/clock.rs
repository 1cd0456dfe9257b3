//! What nobody asks for and has to be done: a schedule calls this function every few minutes.

use domain::Timestamp;
use portal::{Portal, Result, scheduled};

use crate::metrics::{Metric, Metrics};

/// Does all that is due at `now`. Each duty can be repeated at any time, so that a call that failed is made good by the
/// next.
pub async fn run(portal: &Portal, metrics: &Metrics, now: Timestamp) -> Result<()> {
    let done = scheduled::run_scheduled_tasks(portal, now).await?;
    if done.slow_promotions > 0 {
        metrics.put(now, &[(Metric::PromotionsOpen, done.slow_promotions)]);
    }
    if done.slow_registrations > 0 {
        metrics.put(
            now,
            &[(Metric::RegistrationsWaiting, done.slow_registrations)],
        );
    }
    tracing::info!(
        registrations = done.swept.registrations,
        objects = done.swept.objects,
        config_changed = done.config_changed,
        "swept"
    );
    Ok(())
}

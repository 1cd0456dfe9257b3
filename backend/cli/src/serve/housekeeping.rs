//! What nobody asks for and has to be done: deployed, a schedule does it.

use std::time::Duration;

use portal::{Portal, error::chain};
use tokio::time::{MissedTickBehavior, interval};

use super::ambient;

const HOUR: Duration = Duration::from_hours(1);

/// Applies retention now and every hour.
pub(super) async fn run(portal: Portal) {
    let mut hours = interval(HOUR);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        hours.tick().await;
        match portal.sweep(ambient::now()).await {
            Ok(swept) => tracing::debug!(
                registrations = swept.registrations,
                objects = swept.objects,
                "retention"
            ),
            Err(error) => tracing::error!(error = chain(&error), "retention did not finish"),
        }
    }
}

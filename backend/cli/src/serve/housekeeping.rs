//! What nobody asks for and has to be done: deployed, a schedule does it.

use std::time::Duration;

use domain::causes::chain;
use portal::{Portal, scheduled};
use tokio::time::{MissedTickBehavior, interval};

use super::ambient;

const MINUTE: Duration = Duration::from_mins(1);

/// Does what is due now and every minute.
pub(super) async fn run(portal: Portal) {
    let mut minutes = interval(MINUTE);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        minutes.tick().await;
        match scheduled::run_scheduled_tasks(&portal, ambient::now()).await {
            Ok(done) => tracing::debug!(
                registrations = done.swept.registrations,
                objects = done.swept.objects,
                "housekeeping"
            ),
            Err(error) => tracing::error!(error = chain(&error), "housekeeping did not finish"),
        }
    }
}

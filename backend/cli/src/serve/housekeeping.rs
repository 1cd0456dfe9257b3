//! What nobody asks for and has to be done: deployed, a schedule does it.

use std::time::Duration;

use domain::causes::chain;
use portal::{Portal, scheduled, uploads::LEFT_BY_A_PROCESS};
use tokio::time::{MissedTickBehavior, interval};

use super::ambient;

const MINUTE: Duration = Duration::from_mins(1);

/// Does what is due now and every minute. What the process before had begun to register goes on at once.
pub(super) async fn run(portal: Portal) {
    let resumed = portal.uploads().resume(LEFT_BY_A_PROCESS, ambient::now());
    if let Err(error) = resumed.await {
        tracing::error!(error = chain(&error), "uploads wait to be registered");
    }
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

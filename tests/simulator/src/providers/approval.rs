//! Manual approvals: `PutApprovalResult` ends them, or nobody does.

use std::{sync::Arc, time::Duration};

use crate::{engine::Task, model::execution::ActionResult, world::World};

/// How long an approval waits unless the action says otherwise: seven days.
const PATIENCE_MINUTES: u32 = 7 * 24 * 60;

pub(super) async fn perform(world: &Arc<World>, task: &Task) -> ActionResult {
    let minutes = task.action.timeout_in_minutes.unwrap_or(PATIENCE_MINUTES);
    let patience = Duration::from_mins(u64::from(minutes));
    tokio::time::sleep(world.scaled(patience)).await;
    ActionResult::failed("JobFailed", "The approval action timed out")
}

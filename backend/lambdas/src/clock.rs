//! What nobody asks for and has to be done: a schedule calls this function every few minutes.

use domain::Timestamp;
use portal::{Portal, Result};

/// Does all that is due at `now`. Each duty can be repeated at any time, so that a call that failed is made good by the
/// next.
pub async fn run(portal: &Portal, now: Timestamp) -> Result<()> {
    // Boxed: what a sweep keeps in flight is too large for the stack.
    let swept = Box::pin(portal.sweep(now)).await?;
    tracing::info!(
        registrations = swept.registrations,
        objects = swept.objects,
        "swept"
    );
    Ok(())
}

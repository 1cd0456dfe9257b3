//! The one place that reads the machine's clock.

use jiff::Timestamp;

/// The time now, to the millisecond: the API shows no more.
#[expect(
    clippy::disallowed_methods,
    reason = "the simulator is a process of its own; this is its edge"
)]
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

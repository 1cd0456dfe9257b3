//! Freeze windows.

use jiff::Timestamp;

use super::{GateAnswer, GateKind};
use crate::freeze::{Freeze, frozen};

pub(super) fn answer(freezes: &[Freeze], now: Timestamp) -> Option<GateAnswer> {
    if freezes.is_empty() {
        return None;
    }
    let Some((freeze, until)) = frozen(freezes, now) else {
        return Some(GateAnswer::met(GateKind::Freeze, "no freeze"));
    };
    Some(match until {
        Some(end) => {
            let clock = freeze.wall_clock(end);
            GateAnswer::waiting(
                GateKind::Freeze,
                format!("frozen until {clock}: {}", freeze.reason),
                format!("wait until {clock}"),
            )
            .until(until)
        }
        None => GateAnswer::refused(
            GateKind::Freeze,
            format!("frozen without end: {}", freeze.reason),
            "shorten the freezes of this step in towpath.toml",
        ),
    })
}

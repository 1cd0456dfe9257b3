//! Holds: what somebody stopped, until somebody lifts it.

use super::{GateAnswer, GateKind};
use crate::promotion::{PromotionKind, Situation};

pub(super) fn answer(situation: &Situation<'_>, kind: PromotionKind) -> GateAnswer {
    if let Some(hold) = situation.withdrawal() {
        return GateAnswer::refused(
            GateKind::Hold,
            format!(
                "the build was withdrawn by {}: {}",
                hold.by.name, hold.reason
            ),
            "promote another build, or have this one restored",
        )
        .naming(&hold.by);
    }
    let automatic = situation
        .stop_of_automatic()
        .filter(|_| kind == PromotionKind::Automatic);
    match situation.stop().or(automatic) {
        Some(hold) => GateAnswer::waiting(
            GateKind::Hold,
            format!(
                "{} is held by {}: {}",
                situation.to, hold.by.name, hold.reason
            ),
            "have the hold lifted by someone who may",
        )
        .naming(&hold.by),
        None => GateAnswer::met(GateKind::Hold, "no hold"),
    }
}

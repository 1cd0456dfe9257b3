//! The build's age.

use jiff::{SignedDuration, Timestamp};

use super::{GateAnswer, GateKind};
use crate::{promotion::BuildFacts, words};

pub(super) fn answer(
    max_age: Option<SignedDuration>,
    build: &BuildFacts,
    now: Timestamp,
) -> Option<GateAnswer> {
    let most = max_age?;
    let age = now.duration_since(build.registered_at);
    let said = format!(
        "{} old, {} at the most",
        words::duration(age),
        words::duration(most)
    );
    Some(if age <= most {
        GateAnswer::met(GateKind::Age, said)
    } else {
        GateAnswer::refused(GateKind::Age, said, "build it anew and promote that one")
    })
}

//! Time in the environment before.

use jiff::{SignedDuration, Timestamp};

use super::{GateAnswer, GateKind};
use crate::{
    promotion::{Situation, Stay},
    words,
};

/// A build has soaked when one stay in the environment before was long enough, even if it has ended since.
pub(super) fn answer(
    soak: Option<SignedDuration>,
    situation: &Situation<'_>,
    now: Timestamp,
) -> Option<GateAnswer> {
    let asked = soak?;
    let Some(before) = situation.before() else {
        return Some(GateAnswer::refused(
            GateKind::Soak,
            "there is no environment before this one to soak in",
            "remove soak from the first step of the path in towpath.toml",
        ));
    };
    let longest = situation.stays.iter().max_by_key(|stay| length(stay, now));
    let present = situation.stays.iter().find(|stay| stay.until.is_none());
    let answer = match (longest, present) {
        (Some(stay), _) if length(stay, now) >= asked => GateAnswer::met(
            GateKind::Soak,
            format!("soaked {} in {before}", words::duration(length(stay, now))),
        ),
        (_, Some(stay)) => {
            // By a clock that jumped back, a stay may begin later than now: it then lasts no longer than a whole soak.
            let left = asked - length(stay, now);
            let until = now.saturating_add(left).unwrap_or(Timestamp::MAX);
            GateAnswer::waiting(
                GateKind::Soak,
                format!("soak {} left", words::left(left)),
                format!(
                    "wait until it has been in {before} for {}",
                    words::duration(asked)
                ),
            )
            .until(Some(until))
        }
        (Some(stay), None) => GateAnswer::refused(
            GateKind::Soak,
            format!(
                "was current in {before} for {} only, of {}",
                words::duration(length(stay, now)),
                words::duration(asked)
            ),
            format!("promote what {before} serves now, or release this build there again"),
        ),
        (None, None) => GateAnswer::refused(
            GateKind::Soak,
            format!("has not been in {before}"),
            format!("release it in {before} first"),
        ),
    };
    Some(answer)
}

fn length(stay: &Stay, now: Timestamp) -> SignedDuration {
    let end = stay.until.map_or(now, |until| until.min(now));
    end.duration_since(stay.since).max(SignedDuration::ZERO)
}

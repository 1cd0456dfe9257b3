//! Whether a request becomes a promotion: every reason against it at once. `Promotion::start` asks again before its target
//! is called.

mod place;
mod standing;
mod words;

use jiff::Timestamp;

use super::{Promotion, PromotionKind, Refusal, Request, Situation, State};
use crate::{gate::GateAnswer, id::PromotionId};

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Every gate lets it through: it can start at once.
    Granted {
        /// How the gates stand.
        gates: Vec<GateAnswer>,
        /// The automatic promotion of an earlier build that it takes the place of, to be canceled with it.
        overtakes: Option<PromotionId>,
    },
    /// It is noted, and waits for its gates.
    Waits {
        /// How the gates stand.
        gates: Vec<GateAnswer>,
        /// The automatic promotion of an earlier build that it takes the place of, to be canceled with it.
        overtakes: Option<PromotionId>,
    },
    /// It is refused, for all of these reasons; never none.
    Refused(Vec<Refusal>),
    /// Somebody has asked for the same already.
    Already(PromotionId),
}

/// Decides on a request.
///
/// Asking again for what is open already makes no second promotion. Gates that need only time or people are waited for;
/// a freeze or a gate that will not open by waiting refuses what a person asks for, who can then choose, while an
/// automatic promotion, which nobody would ask for again, waits for both a freeze and a check that may be run again.
pub fn decide(situation: &Situation<'_>, request: &Request, now: Timestamp) -> Decision {
    let mut refusals = words::refusals(situation, request);
    refusals.extend(place::unknown(situation));
    if refusals.is_empty()
        && let Some(open) = same(situation, request)
    {
        return Decision::Already(open.id.clone());
    }
    let overtakes = overtaken(situation, request).map(|open| open.id.clone());
    refusals.extend(standing::holds(situation, request));
    refusals.extend(place::unfit(situation));
    refusals.extend(place::not_next(situation, request));
    if overtakes.is_none() {
        refusals.extend(place::busy(situation, request));
    }
    let (gates, by_gates) = standing::gates(situation, request, now, &refusals);
    refusals.extend(by_gates);
    if !refusals.is_empty() {
        return Decision::Refused(refusals);
    }
    if gates.iter().all(|gate| gate.standing.lets_through()) {
        Decision::Granted { gates, overtakes }
    } else {
        Decision::Waits { gates, overtakes }
    }
}

/// The open promotion of the same bytes, unless the request goes past other gates.
fn same<'s>(situation: &'s Situation<'_>, request: &Request) -> Option<&'s Promotion> {
    let build = situation.build.as_ref()?;
    situation.open.as_ref().filter(|open| {
        open.build == build.id
            && open.digest == build.digest
            && (request.bypass.is_none() || request.bypass == open.bypass)
    })
}

/// The automatic promotion that still waits while a newer build is promoted automatically.
fn overtaken<'s>(situation: &'s Situation<'_>, request: &Request) -> Option<&'s Promotion> {
    let build = situation.build.as_ref()?;
    situation.open.as_ref().filter(|open| {
        request.kind == PromotionKind::Automatic
            && open.kind == PromotionKind::Automatic
            && open.state == State::Waiting
            && open.build != build.id
    })
}

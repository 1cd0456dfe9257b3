//! Holds and gates that refuse a request.

use jiff::Timestamp;

use super::words::may_bypass;
use crate::{
    gate::{self, Asked, GateAnswer, GateKind, Standing},
    promotion::{PromotionKind, Refusal, RefusalKind, Request, RequestField, Situation},
};

pub(super) fn holds(situation: &Situation<'_>, request: &Request) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if let Some(hold) = situation.withdrawal() {
        let refusal = Refusal::new(
            RefusalKind::Withdrawn,
            RequestField::Build,
            format!(
                "this build was withdrawn by {}: {}",
                hold.by.name, hold.reason
            ),
            "promote another build, or have this one restored",
        );
        refusals.push(refusal.naming(&hold.by));
    }
    let automatic = request.kind == PromotionKind::Automatic;
    let stops = [
        situation.stop(),
        situation.stop_of_automatic().filter(|_| automatic),
    ];
    for hold in stops.into_iter().flatten() {
        let refusal = Refusal::new(
            RefusalKind::Hold,
            RequestField::To,
            format!(
                "{} is held by {}: {}",
                situation.to, hold.by.name, hold.reason
            ),
            "have the hold lifted by someone who may, then ask again",
        );
        refusals.push(refusal.naming(&hold.by));
    }
    refusals
}

/// How the gates stand, and which of them refuse the request.
pub(super) fn gates(
    situation: &Situation<'_>,
    request: &Request,
    now: Timestamp,
    so_far: &[Refusal],
) -> (Vec<GateAnswer>, Vec<Refusal>) {
    let asked = Asked {
        by: Some(&request.by),
        kind: request.kind,
        bypass: request
            .bypass
            .as_ref()
            .filter(|_| may_bypass(situation, request)),
        approvals: &[],
    };
    let gates = gate::answers(situation, &asked, now);
    let elsewhere = so_far.iter().any(|refusal| {
        matches!(
            refusal.kind,
            RefusalKind::NotNext | RefusalKind::AlreadyThere
        )
    });
    let refusals = gates
        .iter()
        // Where a build has not been, it has not soaked either: that is said once.
        .filter(|answer| !(elsewhere && answer.gate == GateKind::Soak))
        .filter(|answer| refuses(answer, request.kind == PromotionKind::Automatic))
        .map(refusal)
        .collect();
    (gates, refusals)
}

fn refuses(answer: &GateAnswer, automatic: bool) -> bool {
    match answer.standing {
        Standing::Met | Standing::Bypassed => false,
        Standing::Waiting => answer.gate == GateKind::Freeze && !automatic,
        Standing::Refused => answer.gate.turns_down(automatic),
    }
}

fn refusal(answer: &GateAnswer) -> Refusal {
    let kind = if answer.gate == GateKind::Freeze {
        RefusalKind::Freeze
    } else {
        RefusalKind::Gate
    };
    let remedy = answer.remedy.clone().unwrap_or_default();
    Refusal {
        by: answer.by.clone(),
        ..Refusal::new(kind, None, answer.words.clone(), remedy)
    }
}

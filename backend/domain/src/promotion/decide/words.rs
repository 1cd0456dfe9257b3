//! What is wrong with a request itself: who asks, why, and which gates they want to go past.

use crate::promotion::{
    PromotionKind, Refusal, RefusalKind, Request, RequestField, Situation, request::said,
};

pub(super) fn refusals(situation: &Situation<'_>, request: &Request) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if !situation.rights.promote {
        refusals.push(Refusal::new(
            RefusalKind::Forbidden,
            None,
            format!(
                "{} may not promote {} to {}",
                request.by.name, situation.app, situation.to
            ),
            "ask a release manager of this app and environment to promote it",
        ));
    }
    if let Err(why) = said(&request.reason) {
        refusals.push(Refusal::new(
            RefusalKind::Reason,
            RequestField::Reason,
            format!("the reason cannot be kept: {why}"),
            "say in a few words why this build goes there now",
        ));
    }
    refusals.extend(bypass(situation, request));
    refusals
}

/// Whether a request's bypass is one that counts.
pub(super) fn may_bypass(situation: &Situation<'_>, request: &Request) -> bool {
    request.bypass.is_some() && bypass(situation, request).is_empty()
}

fn bypass(situation: &Situation<'_>, request: &Request) -> Vec<Refusal> {
    let Some(bypass) = &request.bypass else {
        return Vec::new();
    };
    let refusal = |what: &str, remedy: &str| {
        Refusal::new(RefusalKind::Bypass, RequestField::Bypass, what, remedy)
    };
    let mut refusals = Vec::new();
    if request.kind == PromotionKind::Automatic {
        refusals.push(refusal(
            "an automatic promotion goes past no gate",
            "ask for the promotion yourself",
        ));
    }
    if !situation.rights.break_glass {
        refusals.push(refusal(
            &format!("{} may not go past gates", request.by.name),
            "leave the bypass out, or ask a release manager of this app and environment",
        ));
    }
    if let Err(why) = said(&bypass.reason) {
        refusals.push(refusal(
            &format!("going past a gate needs a reason of its own, and it cannot be kept: {why}"),
            "say what the emergency is: it stays in the audit log",
        ));
    }
    if bypass.gates.is_empty() {
        refusals.push(refusal(
            "the bypass names no gate",
            "name the gates to go past, or leave the bypass out",
        ));
    }
    for gate in bypass.gates.iter().filter(|gate| !gate.can_be_bypassed()) {
        refusals.push(refusal(
            &format!("nobody goes past the gate \"{}\"", gate.word()),
            gate.instead_of_a_bypass(),
        ));
    }
    refusals
}

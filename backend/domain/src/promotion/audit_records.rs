//! What the audit log says of promotions.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Impossible, Promotion, PromotionKind, Refusal, State};
use crate::{
    audit::{AuditAction, AuditRecord, Principal},
    build::Build,
    gate::{GateAnswer, GateKind},
    id::EnvironmentId,
};

/// That one was asked for, and which gates were gone past.
pub fn requested(who: Principal<'_>, promotion: &Promotion, now: Timestamp) -> Vec<AuditRecord> {
    let action = match promotion.kind {
        PromotionKind::Forward | PromotionKind::Automatic => AuditAction::PromotionRequested,
        PromotionKind::Rollback => AuditAction::RollbackRequested,
    };
    let mut note = of(who, promotion, action, now);
    note.reason = Some(promotion.reason.clone());
    note_gates(&mut note, &promotion.gates);
    if let Some(build) = &promotion.withdraw {
        note.details
            .insert("withdraws".to_owned(), build.to_string());
    }
    let bypassed = promotion.bypass.as_ref().map(|bypass| {
        let mut note = of(who, promotion, AuditAction::GatesBypassed, now);
        note.reason = Some(bypass.reason.clone());
        let names: Vec<&str> = bypass.gates.iter().map(|gate| gate.word()).collect();
        note.details.insert("gates".to_owned(), names.join(", "));
        note
    });
    [Some(note), bypassed].into_iter().flatten().collect()
}

/// That one was refused, and why.
pub fn refused(
    who: Principal<'_>,
    (build, to): (&Build, &EnvironmentId),
    reason: &str,
    refusals: &[Refusal],
    now: Timestamp,
) -> AuditRecord {
    let mut note = who.note(AuditAction::PromotionRefused, now);
    note.app = Some(build.app.clone());
    note.environment = Some(to.clone());
    note.build = Some(build.id.clone());
    // What is refused for its length is not kept at it.
    note.reason = Some(reason.chars().take(1_000).collect());
    note.details = refusals
        .iter()
        .enumerate()
        .map(|(at, refusal)| (format!("refusal {}", at + 1), refusal.what.clone()))
        .collect();
    let named = refusals.iter().filter_map(|refusal| refusal.by.as_deref());
    note.about = named.cloned().collect();
    note
}

/// That somebody agrees.
pub fn approved(who: Principal<'_>, promotion: &Promotion, now: Timestamp) -> AuditRecord {
    let mut note = of(who, promotion, AuditAction::Approved, now);
    let approval = promotion.approvals.last();
    note.reason = approval.and_then(|approval| approval.comment.clone());
    if let Some(approval) = approval {
        note.details
            .insert("groups".to_owned(), approval.groups.join(", "));
    }
    note
}

/// That somebody could not approve, and why.
pub fn not_approved(
    who: Principal<'_>,
    promotion: &Promotion,
    why: &Impossible,
    now: Timestamp,
) -> AuditRecord {
    let mut note = of(who, promotion, AuditAction::ApprovalRefused, now);
    note.details.insert("refusal".to_owned(), why.to_string());
    if let Impossible::Gates { gates } = why {
        let named = gates.iter().filter_map(|answer| answer.by.as_deref());
        note.about = named.cloned().collect();
    }
    note
}

/// That its target is called.
pub fn started(who: Principal<'_>, promotion: &Promotion, now: Timestamp) -> AuditRecord {
    let mut note = of(who, promotion, AuditAction::PromotionStarted, now);
    note_gates(&mut note, &promotion.gates);
    note
}

/// How it ended, by its state.
pub fn ended(who: Principal<'_>, promotion: &Promotion, now: Timestamp) -> AuditRecord {
    let (action, reason) = match &promotion.state {
        State::Rejected { why, .. } => (AuditAction::Rejected, Some(why)),
        State::Canceled { why, .. } => (AuditAction::PromotionCanceled, Some(why)),
        State::Abandoned { why, .. } => (AuditAction::PromotionAbandoned, Some(why)),
        State::Failed { why } => (AuditAction::PromotionFailed, Some(why)),
        State::Expired => (AuditAction::PromotionExpired, None),
        State::Waiting | State::Starting | State::Running | State::Succeeded => {
            (AuditAction::PromotionSucceeded, None)
        }
    };
    let mut note = of(who, promotion, action, now);
    note.reason = reason.cloned();
    if let Some(run) = &promotion.run {
        note.details.insert("run".to_owned(), run.to_string());
    }
    note
}

fn of(
    who: Principal<'_>,
    promotion: &Promotion,
    action: AuditAction,
    now: Timestamp,
) -> AuditRecord {
    let mut note = who.note(action, now);
    note.app = Some(promotion.app.clone());
    note.environment = Some(promotion.to.clone());
    note.build = Some(promotion.build.clone());
    note.promotion = Some(promotion.id.clone());
    note.details
        .insert("digest".to_owned(), promotion.digest.to_string());
    note
}

fn note_gates(note: &mut AuditRecord, answers: &[GateAnswer]) {
    note.details.extend(gates(answers));
    let named = answers.iter().filter_map(|answer| answer.by.as_deref());
    note.about.extend(named.cloned());
}

/// How each gate stood: `gate soak`, and `gate approvals 1` and so on where there is more than one of a kind.
fn gates(gates: &[GateAnswer]) -> BTreeMap<String, String> {
    let mut details = BTreeMap::new();
    for kind in GateKind::ALL {
        let answers: Vec<_> = gates.iter().filter(|gate| gate.gate == kind).collect();
        for (at, answer) in answers.iter().enumerate() {
            let name = match answers.len() {
                1 => format!("gate {}", kind.word()),
                _ => format!("gate {} {}", kind.word(), at + 1),
            };
            details.insert(name, answer.words.clone());
        }
    }
    details
}

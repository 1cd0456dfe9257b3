//! Promotions: one open into each environment, each in the log as it stands, none started without the approvals that its step
//! asks for, none approved by who asked.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    audit::AuditAction,
    catalog::Catalog,
    gate::GateKind,
    id::{PersonId, PromotionId},
    path::ApprovalRule,
    promotion::{Promotion, PromotionKind, State},
    view::PromotionBrief,
};
use serde_json::Value;

use crate::snapshot::{Snapshot, read};

pub(super) fn check(snapshot: &Snapshot, catalog: &Catalog, problems: &mut Vec<String>) {
    let mut logged: BTreeMap<&PromotionId, Vec<AuditAction>> = BTreeMap::new();
    for entry in &snapshot.log {
        if let Some(promotion) = &entry.note.promotion {
            logged.entry(promotion).or_default().push(entry.note.action);
        }
    }
    let mut open: BTreeMap<String, PromotionId> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for (_, item) in snapshot.items("PROMOTION#") {
        let promotion: Promotion = read(&item["promotion"]);
        let id = &promotion.id;
        known.insert(id.clone());
        let place = format!("{}#{}", promotion.app, promotion.to);
        let is_open = !promotion.state.is_terminal();
        if is_open && let Some(other) = open.insert(place.clone(), id.clone()) {
            problems.push(format!("{place}: {other} and {id} are open at once"));
        }
        if item["gsi1pk"].is_string() != is_open {
            problems.push(format!(
                "{id}: {:?}, and the index differs",
                promotion.state
            ));
        }
        in_log(
            &promotion,
            logged.get(id).map_or(&[][..], Vec::as_slice),
            problems,
        );
        in_lists(snapshot, &promotion, problems);
        approvals(catalog, &promotion, problems);
    }
    let slots = snapshot.starting("SLOT#");
    let slots: BTreeMap<String, PromotionId> = slots
        .flat_map(|(place, slot)| slot.values().map(move |item| (place, item)))
        .map(|(place, item)| (place.to_owned(), read(&item["promotion"])))
        .collect();
    if slots != open {
        problems.push(format!("the slots are of {slots:?}, and open are {open:?}"));
    }
    for id in logged.into_keys().filter(|id| !known.contains(*id)) {
        problems.push(format!("{id} is in the audit log, and nowhere else"));
    }
}

/// Asked for once, started once, ended once, in the way that it stands.
fn in_log(promotion: &Promotion, logged: &[AuditAction], problems: &mut Vec<String>) {
    let times = |wanted: &[AuditAction]| {
        let logged = logged.iter();
        logged.filter(|action| wanted.contains(action)).count()
    };
    let asked = match promotion.kind {
        PromotionKind::Forward | PromotionKind::Automatic => AuditAction::PromotionRequested,
        PromotionKind::Rollback => AuditAction::RollbackRequested,
    };
    let (started, end) = match promotion.state {
        State::Waiting => (Some(0), None),
        State::Starting | State::Running => (Some(1), None),
        State::Succeeded => (Some(1), Some(AuditAction::PromotionSucceeded)),
        State::Abandoned { .. } => (Some(1), Some(AuditAction::PromotionAbandoned)),
        State::Failed { .. } => (None, Some(AuditAction::PromotionFailed)),
        State::Rejected { .. } => (Some(0), Some(AuditAction::Rejected)),
        State::Expired => (Some(0), Some(AuditAction::PromotionExpired)),
        State::Canceled { .. } => (Some(0), Some(AuditAction::PromotionCanceled)),
    };
    let ends = times(&[
        AuditAction::PromotionSucceeded,
        AuditAction::PromotionAbandoned,
        AuditAction::PromotionFailed,
        AuditAction::Rejected,
        AuditAction::PromotionExpired,
        AuditAction::PromotionCanceled,
    ]);
    let fits = times(&[asked]) == 1
        && started.is_none_or(|started| times(&[AuditAction::PromotionStarted]) == started)
        && ends == usize::from(end.is_some())
        && end.is_none_or(|end| times(&[end]) == 1);
    if !fits {
        let Promotion { id, state, .. } = promotion;
        problems.push(format!(
            "{id}: {state:?}, and the audit log says {logged:?}"
        ));
    }
}

/// Its lines in its build and in its environment say what it says.
fn in_lists(snapshot: &Snapshot, promotion: &Promotion, problems: &mut Vec<String>) {
    let Promotion { id, app, to, .. } = promotion;
    let brief = PromotionBrief::of(promotion);
    let says_so = |item: &Value| item["id"] == id.as_str() && read::<PromotionBrief>(item) == brief;
    let mut of_build = snapshot.partition_of("BUILD#", promotion.build.as_str());
    if !of_build.any(|(key, item)| key.starts_with("PROMOTION#") && says_so(item)) {
        problems.push(format!("{id}: its line in its build differs"));
    }
    let mut of_place = snapshot.partition_of("PROMOTIONS#", &format!("{app}#{to}"));
    if !of_place.any(|(_, item)| says_so(item)) {
        problems.push(format!("{id}: its line in its environment differs"));
    }
}

fn approvals(catalog: &Catalog, promotion: &Promotion, problems: &mut Vec<String>) {
    let Promotion {
        id, requested_by, ..
    } = promotion;
    if let Some(own) = promotion
        .approvals
        .iter()
        .find(|approval| approval.by.is_same_as(requested_by))
    {
        problems.push(format!(
            "{id}: {requested_by:?} asked, and {own:?} approved"
        ));
    }
    if !matches!(
        promotion.state,
        State::Starting | State::Running | State::Succeeded
    ) {
        return;
    }
    let bypass = promotion.bypass.as_ref();
    if bypass.is_some_and(|bypass| bypass.gates.contains(&GateKind::Approvals)) {
        return;
    }
    let path = catalog.path(&promotion.app);
    let Some(step) = path.and_then(|path| path.step(&promotion.to)) else {
        problems.push(format!("{id}: no step leads to {}", promotion.to));
        return;
    };
    if !step.asks(
        GateKind::Approvals,
        promotion.kind == PromotionKind::Rollback,
    ) {
        return;
    }
    for rule in &step.gates.approvals {
        let given = people(promotion, rule).len();
        if given < usize::try_from(rule.count).unwrap() {
            problems.push(format!("{id}: started with {given} approvals of {rule:?}"));
        }
    }
}

/// The people of a rule's groups who agreed to a promotion's bytes, each once, without the one who asked.
fn people<'a>(promotion: &'a Promotion, rule: &ApprovalRule) -> BTreeSet<&'a str> {
    let approvals = promotion.approvals.iter();
    let counts = approvals.filter(|approval| {
        approval.digest == promotion.digest
            && approval
                .groups
                .iter()
                .any(|group| rule.groups.contains(group))
            && !approval.by.is_same_as(&promotion.requested_by)
    });
    let people = counts.filter_map(|approval| approval.by.responsible().person.as_ref());
    people.map(PersonId::as_str).collect()
}

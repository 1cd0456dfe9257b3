//! People who must agree.

use super::{Asked, GateAnswer, GateKind};
use crate::{
    actor::Actor,
    path::ApprovalRule,
    promotion::{Approval, BuildFacts},
    words,
};

/// One answer a rule. Whoever made or started what asks without a person may be the one who approves, so that such a
/// request needs one approval more.
pub(super) fn answers(
    rules: &[ApprovalRule],
    asked: &Asked<'_>,
    build: &BuildFacts,
) -> Vec<GateAnswer> {
    let by_nobody = asked.by.is_some_and(|by| !by.is_a_person());
    let because = if by_nobody {
        " (one more than the rule says, since no person asked)"
    } else {
        ""
    };
    rules
        .iter()
        .map(|rule| {
            let counted = counted(rule, asked, build).len();
            let needed = rule.count.saturating_add(u32::from(by_nobody));
            let needed = usize::try_from(needed).unwrap_or(usize::MAX);
            let groups = words::any_of(&rule.groups);
            if counted >= needed {
                let words = format!(
                    "{counted} of {} from {groups}{because}",
                    words::count(needed, "approval")
                );
                return GateAnswer::met(GateKind::Approvals, words);
            }
            GateAnswer::waiting(
                GateKind::Approvals,
                format!(
                    "needs {} from {groups}{because}",
                    words::count(
                        needed - counted,
                        if counted == 0 {
                            "approval"
                        } else {
                            "more approval"
                        }
                    )
                ),
                format!("ask someone of {groups} to approve"),
            )
        })
        .collect()
}

/// Whose approvals count: of these very bytes, of the rule's groups, each person once, and never whoever asks.
fn counted<'a>(rule: &ApprovalRule, asked: &Asked<'a>, build: &BuildFacts) -> Vec<&'a Actor> {
    let mut people: Vec<&Actor> = Vec::new();
    let counts = |approval: &&Approval| {
        approval.digest == build.digest
            && approval
                .groups
                .iter()
                .any(|group| rule.groups.contains(group))
            && !asked.by.is_some_and(|by| by.is_same_as(&approval.by))
    };
    for approval in asked.approvals.iter().filter(counts) {
        if !people.iter().any(|known| known.is_same_as(&approval.by)) {
            people.push(&approval.by);
        }
    }
    people
}

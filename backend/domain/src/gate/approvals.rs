//! People who must agree.

use jiff::Timestamp;

use super::{Asked, GateAnswer, GateKind};
use crate::{
    actor::{Actor, ActorKind},
    path::{ApprovalRule, PathStep},
    promotion::{Approval, BuildFacts, Situation},
    words,
};

/// One answer a rule. The person who made or started what asks without a person may be the one who approves, so that such a
/// request needs one approval more.
pub(super) fn answers(
    step: &PathStep,
    situation: &Situation<'_>,
    asked: &Asked<'_>,
    build: &BuildFacts,
    now: Timestamp,
) -> Vec<GateAnswer> {
    let by_nobody = asked.by.filter(|by| !by.is_a_person());
    let because = match by_nobody.map(|by| by.responsible().kind) {
        None => "",
        Some(ActorKind::Person) => {
            " (one more than the rule says, since it is not known which person asked)"
        }
        Some(_) => " (one more than the rule says, since no person asked)",
    };
    let rules = step.gates.approvals.iter();
    rules
        .map(|rule| {
            let given = given(rule, asked, build);
            let counts = |approval: &&Approval| {
                let still = |group: &String| {
                    rule.groups.contains(group) && situation.is_still_in(&approval.by, group)
                };
                approval.is_fresh(step, now) && approval.groups.iter().any(still)
            };
            let counted = people(given.iter().copied().filter(counts)).len();
            let lapsed = people(given.into_iter()).len() - counted;
            let because = match lapsed {
                0 => because.to_owned(),
                _ => format!("{because} ({lapsed} more given, which no longer counts)"),
            };
            let needed = rule.count.saturating_add(u32::from(by_nobody.is_some()));
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

/// The approvals that were given: of these very bytes, by members of the rule's groups, and never by the caller.
fn given<'a>(rule: &ApprovalRule, asked: &Asked<'a>, build: &BuildFacts) -> Vec<&'a Approval> {
    let is_given = |approval: &&Approval| {
        approval.digest == build.digest
            && approval
                .groups
                .iter()
                .any(|group| rule.groups.contains(group))
            && !asked.by.is_some_and(|by| by.is_same_as(&approval.by))
    };
    asked.approvals.iter().filter(is_given).collect()
}

/// Who gave them, each person once.
fn people<'a>(approvals: impl Iterator<Item = &'a Approval>) -> Vec<&'a Actor> {
    let mut people: Vec<&Actor> = Vec::new();
    for approval in approvals {
        if !people.iter().any(|known| known.is_same_as(&approval.by)) {
            people.push(&approval.by);
        }
    }
    people
}

//! `approvals`: who must agree.

use domain::path;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    document::{Document, Text},
    reader::{Entries, Given, Leaf},
    schema::listed,
};

/// More approvals than this nobody gathers.
const MOST_APPROVALS: u32 = 20;
/// More groups than this a promotion does not keep.
const MOST_GROUPS: usize = 20;

/// So many people of these groups must agree.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ApprovalRule {
    /// How many, never counting the person who asks for the promotion; one more where no person asks. Left out, one.
    #[schemars(range(min = 1, max = MOST_APPROVALS))]
    count: Option<Given<u32>>,
    /// Of which groups, as the issuer names them; anyone of any of them counts once.
    #[schemars(
        length(min = 1, max = MOST_GROUPS),
        inner(length(min = 1, max = 200)),
        example = listed("release-managers")
    )]
    groups: Given<Vec<Given<String>>>,
}

pub(super) fn all(
    document: &Document<'_>,
    rules: &impl Entries<ApprovalRule>,
) -> Vec<path::ApprovalRule> {
    let rule = |(rule, _): (&ApprovalRule, _)| one(document, rule);
    rules.entries().filter_map(rule).collect()
}

fn one(document: &Document<'_>, rule: &ApprovalRule) -> Option<path::ApprovalRule> {
    let groups = rule
        .groups
        .texts()
        .map(|groups| self::groups(document, groups));
    let count = match &rule.count {
        Some(count) => count.value().copied(),
        None => Some(1),
    };
    Some(path::ApprovalRule {
        count: count?,
        groups: groups?,
    })
}

fn groups(document: &Document<'_>, texts: Vec<Text>) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for text in texts {
        let trimmed = text.value.trim();
        if trimmed.is_empty() || trimmed != text.value || text.value.chars().count() > 200 {
            document.problem(
                text.span,
                "not the name of a group",
                "write the name as your issuer does: 1 to 200 characters, without spaces around it",
            );
        } else if groups.contains(&text.value) {
            document.problem(
                text.span,
                format!("the group \"{}\" stands here twice", text.value),
                "remove one of the two",
            );
        } else {
            groups.push(text.value);
        }
    }
    groups
}

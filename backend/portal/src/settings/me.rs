//! Who asks, and what they may do.

use domain::{
    access::{rights, roles},
    audit::Principal,
    page::{Cursor, Limit},
    view::Me,
};

use crate::Portal;

/// Who asks, what they may do with a page of the apps, and why. Everyone may know this of themselves, so nobody is asked for a
/// role.
pub fn me<'a>(
    portal: &Portal,
    who: impl Into<Principal<'a>>,
    limit: Limit,
    cursor: Option<&Cursor>,
) -> Me {
    let Principal { actor, proof, .. } = who.into();
    let person = actor.owner.as_deref().unwrap_or(actor);
    let groups = person.groups.iter().filter(|group| counts(portal, group));
    let grants = portal.parts.grants.as_slice();
    Me {
        actor: actor.clone(),
        proof: proof.to_owned(),
        groups: groups.cloned().collect(),
        permit: actor.permit.clone(),
        roles: roles(actor, grants),
        may: rights(actor, grants, portal.catalog(), limit, cursor),
        environments: portal.catalog().environments.clone(),
    }
}

/// Whether it makes a difference here to be in that group: it has a role, or a gate asks for its approval.
pub fn counts(portal: &Portal, group: &str) -> bool {
    let is_it = |known: &String| known == group;
    let mut grants = portal.parts.grants.as_slice().iter();
    let steps = portal.catalog().paths.iter().flat_map(|path| &path.steps);
    let mut rules = steps.flat_map(|step| &step.gates.approvals);
    grants.any(|grant| grant.groups.iter().any(is_it))
        || rules.any(|rule| rule.groups.iter().any(is_it))
}

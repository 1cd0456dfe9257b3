//! Who may do what, and why.

use domain::{
    access::{HeldRole, rights, roles},
    actor::Actor,
    page::{Cursor, Limit},
    view::{AccessView, Approvers, AskedAbout},
};

use crate::{Error, Portal, Result, access::Action};

/// The most groups that are asked about at once, and the most characters of one.
const MOST: (usize, usize) = (50, 200);

/// Every role and whom gates ask; and what someone of `groups` may do with a page of the apps, if any are given. An address is
/// a group of one.
pub fn access(
    portal: &Portal,
    actor: &Actor,
    groups: &[String],
    cursor: Option<&Cursor>,
) -> Result<AccessView> {
    portal.authorise(actor, Action::ViewAccess)?;
    let (most, longest) = MOST;
    if groups.len() > most || groups.iter().any(|group| group.chars().count() > longest) {
        let detail = format!("give at the most {most} groups of {longest} characters each");
        return Err(Error::invalid("groups", detail));
    }
    let entries = (1..).zip(portal.parts.grants.as_slice());
    Ok(AccessView {
        roles: entries
            .map(|(entry, grant)| HeldRole::of(entry, grant))
            .collect(),
        approvers: approvers(portal),
        environments: portal.catalog().environments.clone(),
        asked: (!groups.is_empty()).then(|| asked_about(portal, groups, cursor)),
    })
}

fn approvers(portal: &Portal) -> Vec<Approvers> {
    let mut all = Vec::new();
    for path in &portal.catalog().paths {
        for step in &path.steps {
            all.extend(step.gates.approvals.iter().map(|rule| Approvers {
                apps: path.apps.clone(),
                environment: step.environment.clone(),
                count: rule.count,
                groups: rule.groups.clone(),
            }));
        }
    }
    all
}

fn asked_about(portal: &Portal, groups: &[String], cursor: Option<&Cursor>) -> AskedAbout {
    let someone = Actor::anyone_in(groups.to_vec());
    let (grants, catalog) = (portal.parts.grants.as_slice(), portal.catalog());
    AskedAbout {
        groups: groups.to_vec(),
        roles: roles(&someone, grants),
        may: rights(&someone, grants, catalog, Limit::APPS, cursor),
    }
}

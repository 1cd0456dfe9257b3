//! Who asks, and what they may do.

use domain::{
    access::{rights, roles},
    view::Me,
};

use crate::{Portal, who::Who};

impl Portal {
    /// Who asks, what they may do, and why. Everyone may know this of themselves, so nobody is asked for a role.
    pub fn me<'a>(&self, who: impl Into<Who<'a>>) -> Me {
        let Who { actor, proof, .. } = who.into();
        let person = actor.owner.as_deref().unwrap_or(actor);
        let groups = person.groups.iter().filter(|group| self.counts(group));
        Me {
            actor: actor.clone(),
            proof: proof.to_owned(),
            groups: groups.cloned().collect(),
            permit: actor.permit.clone(),
            roles: roles(actor, self.grants()),
            may: rights(actor, self.grants(), self.catalog()),
            environments: self.catalog().environments.clone(),
        }
    }

    /// Whether it makes a difference here to be in that group: it has a role, or a gate asks for its approval.
    pub fn counts(&self, group: &str) -> bool {
        let is_it = |known: &String| known == group;
        let mut grants = self.grants().iter();
        let steps = self.catalog().paths.iter().flat_map(|path| &path.steps);
        let mut rules = steps.flat_map(|step| &step.gates.approvals);
        grants.any(|grant| grant.groups.iter().any(is_it))
            || rules.any(|rule| rule.groups.iter().any(is_it))
    }
}

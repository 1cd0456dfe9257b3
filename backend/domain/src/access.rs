//! Who may do what: roles, the grants that give them, and the one function that decides.

mod action;
mod grant;
mod role;

pub use action::Action;
pub use grant::{Grant, Scope};
pub use role::Role;

use crate::actor::{Actor, ActorKind};

/// What [`decide`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allowed,
    /// No, and the actor may see that there is such a thing.
    Denied {
        /// The least role that may, if a role can.
        needs: Option<Role>,
    },
    /// No, and the actor may not know whether there is such a thing.
    Unseen,
}

/// Whether `actor` may do `action`, as `grants` has it.
///
/// A local portal's one user may do everything. A pipeline's job may register builds, and the portal itself does what its
/// own triggers ask of it. A person may do what their groups' grants say.
pub fn decide(actor: &Actor, grants: &[Grant], action: Action<'_>) -> Decision {
    match actor.kind {
        ActorKind::Local => Decision::Allowed,
        ActorKind::Pipeline => unless_denied(matches!(action, Action::Register { .. })),
        ActorKind::Portal => unless_denied(matches!(
            action,
            Action::RecordEvents | Action::Sweep | Action::SealAudit | Action::Reconcile
        )),
        ActorKind::Person => of_person(actor, grants, action),
    }
}

/// The grants that `actor` has through a group.
pub fn held<'g>(actor: &Actor, grants: &'g [Grant]) -> impl Iterator<Item = &'g Grant> {
    grants.iter().filter(|grant| grant.is_held_by(actor))
}

fn unless_denied(allowed: bool) -> Decision {
    if allowed {
        Decision::Allowed
    } else {
        Decision::Denied { needs: None }
    }
}

fn of_person(actor: &Actor, grants: &[Grant], action: Action<'_>) -> Decision {
    let may = |action| held(actor, grants).any(|grant| grant.allows(action));
    if may(action) {
        return Decision::Allowed;
    }
    let seen = match action.app() {
        Some(app) => may(Action::ViewApp(app)),
        None => true,
    };
    match (seen, action) {
        (false, _) | (_, Action::ViewUnassigned) => Decision::Unseen,
        // Whether someone is among a gate's approvers is the promotion's to say.
        (true, Action::Approve { .. }) => Decision::Allowed,
        (true, _) => Decision::Denied {
            needs: Some(action.needs()),
        },
    }
}

#[cfg(test)]
mod tests;

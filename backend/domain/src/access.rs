//! Who may do what: roles, the grants that give them, and the one function that decides.

mod action;
mod explain;
mod grant;
mod permit;
mod rights;
mod role;
mod scope;

pub use action::Action;
pub use explain::{Reason, explain};
pub use grant::Grant;
pub use permit::{Permission, Permit, UnknownPermission};
pub use rights::{Ability, AppRights, HeldRole, PlaceRights, Right, Rights, rights, roles};
pub use role::Role;
pub use scope::Scope;

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
/// own triggers ask of it. A person may do what their groups' grants say. A token may do what it was made for, as long as
/// its owner may, and a workload what the configuration permits. A share link gives out builds while its maker may share them.
pub fn decide(actor: &Actor, grants: &[Grant], action: Action<'_>) -> Decision {
    match actor.kind {
        ActorKind::Local => Decision::Allowed,
        ActorKind::Pipeline => unless_denied(matches!(action, Action::Register { .. })),
        ActorKind::Portal => unless_denied(matches!(
            action,
            Action::RecordEvents
                | Action::RecordRun { .. }
                | Action::RecordUnassigned
                | Action::RegisterUploads
                | Action::Sweep
                | Action::SealAudit
                | Action::Reconcile
        )),
        ActorKind::Person => of_person(actor, grants, action),
        ActorKind::Machine => permitted(actor, action, || true),
        ActorKind::Token => permitted(actor, action, || allowed_to_owner(actor, grants, action)),
        ActorKind::Guest => permitted(actor, action, || {
            allowed_to_owner(actor, grants, action.as_shared())
        }),
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

fn allowed_to_owner(actor: &Actor, grants: &[Grant], action: Action<'_>) -> bool {
    let mut owner = actor.owner.iter();
    owner.any(|owner| decide(owner, grants, action) == Decision::Allowed)
}

/// What the actor's permit says, if `also` agrees.
fn permitted(actor: &Actor, action: Action<'_>, also: impl Fn() -> bool) -> Decision {
    let permit = actor.permit.as_ref();
    let allows = |action| permit.is_some_and(|permit| permit.allows(action));
    let sees = action.app().is_none_or(|app| allows(Action::ViewApp(app)));
    if allows(action) && also() {
        Decision::Allowed
    } else if sees && !is_of_unassigned(action) {
        Decision::Denied { needs: None }
    } else {
        Decision::Unseen
    }
}

/// Whether it is about runs that no app claims, which nobody hears of who may not see them.
const fn is_of_unassigned(action: Action<'_>) -> bool {
    matches!(action, Action::ViewUnassigned | Action::RecordUnassigned)
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
        (false, _) => Decision::Unseen,
        (_, action) if is_of_unassigned(action) => Decision::Unseen,
        // Whether someone is among a gate's approvers is the promotion's to say.
        (true, Action::Approve { .. }) => Decision::Allowed,
        (true, _) => Decision::Denied {
            needs: Some(action.needs()),
        },
    }
}

#[cfg(test)]
mod tests;

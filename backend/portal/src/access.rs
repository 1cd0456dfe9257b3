//! Who may do what: asked by every use case, before anything else.
//!
//! The rules are [`domain::access`]'s. Here their answer becomes an error: what the caller may not see is answered as if
//! it did not exist.

use domain::{
    access::{Decision, decide},
    actor::{Actor, ActorKind},
};

pub use domain::access::{Action, Grant, Role, Scope};

use crate::{Error, Portal, Result};

impl Portal {
    /// Whether `actor` may do `action`, with the reason if not.
    pub fn authorise(&self, actor: &Actor, action: Action<'_>) -> Result<()> {
        match decide(actor, &self.parts.grants, action) {
            Decision::Allowed => Ok(()),
            Decision::Denied { needs } => Err(Error::Forbidden {
                who: actor.name.clone(),
                what: action.words().into(),
                why: why(actor, needs, action),
            }),
            Decision::Unseen => Err(Error::not_found(match action.app() {
                Some(app) => format!("app {app}"),
                None => "such thing".to_owned(),
            })),
        }
    }

    /// Whether `actor` may do `action`, for showing or leaving out what leads there.
    pub fn may(&self, actor: &Actor, action: Action<'_>) -> bool {
        decide(actor, &self.parts.grants, action) == Decision::Allowed
    }
}

/// Why `actor` may not do `action`, as they are told; `None` if they may.
pub(crate) fn why_not(portal: &Portal, actor: &Actor, action: Action<'_>) -> Option<String> {
    let refused = portal.authorise(actor, action).err()?;
    Some(refused.told())
}

/// What is missing: a role, somewhere; or a permission, of a token or of a workload.
fn why(actor: &Actor, needs: Option<Role>, action: Action<'_>) -> String {
    let place = action
        .place()
        .map_or_else(String::new, |place| format!(" in {place}"));
    match (needs, actor.kind) {
        (Some(role), _) => format!("that needs the role {role}{place}"),
        (None, ActorKind::Token) => format!("this token does not permit it{place}"),
        (None, ActorKind::Machine) => {
            format!("the entry of this workload in towpath.toml does not permit it{place}")
        }
        (None, _) => String::new(),
    }
}

//! Who may do what: asked by every use case, before anything else.
//!
//! The rules are [`domain::access`]'s. Here their answer becomes an error: what the caller may not see is answered as if
//! it did not exist.

use domain::{
    access::{Decision, decide},
    actor::Actor,
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
                needs,
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

    /// Who has which role, and where.
    pub fn grants(&self) -> &[Grant] {
        &self.parts.grants
    }
}

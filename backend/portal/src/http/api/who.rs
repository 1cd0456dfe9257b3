//! Callers, as the audit log keeps them.

use crate::{http::caller::Caller, who::Who};

impl Caller {
    /// Who asks, how they proved it, and from where.
    pub(in crate::http) fn who(&self) -> Who<'_> {
        Who {
            actor: &self.actor,
            proof: &self.proof,
            from: self.from.as_deref(),
        }
    }
}

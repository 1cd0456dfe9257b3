//! Callers, as the audit log keeps them.

use crate::{http::caller::Caller, who::Who};

impl Caller {
    /// Who asks.
    pub(in crate::http) fn who(&self) -> Who<'_> {
        Who::from(&self.actor)
    }
}

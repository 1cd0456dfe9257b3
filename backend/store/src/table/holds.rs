//! Holds in force on environments and on automatic promotion. What was lifted is in the audit log alone.

use domain::{
    audit::AuditRecord,
    hold::{Held, Hold},
};

use super::{
    calls::{Condition, Write, Written},
    handle::Holds,
    item, keys,
};
use crate::Result;

impl Holds<'_> {
    /// Puts a hold in force; false if there is one on the same already, which stays as it is.
    pub async fn put(self, hold: &Hold, note: &AuditRecord) -> Result<bool> {
        let item = item::of(&keys::hold(&hold.on), hold)?;
        let write = Write::Put(item, Some(Condition::absent()));
        let written = self
            .table
            .audit()
            .commit(vec![write], std::slice::from_ref(note))
            .await?;
        Ok(written == Written::Yes)
    }

    /// Lifts a hold; false if there is none.
    pub async fn lift(self, on: &Held, note: &AuditRecord) -> Result<bool> {
        let write = Write::DeleteIf(keys::hold(on), Condition::present());
        let written = self
            .table
            .audit()
            .commit(vec![write], std::slice::from_ref(note))
            .await?;
        Ok(written == Written::Yes)
    }

    /// Every hold on an environment or on automatic promotion, as it is at this moment: for decisions. Bounded by apps and
    /// environments.
    pub async fn all(self) -> Result<Vec<Hold>> {
        self.read_holds(true).await
    }

    /// The same at half the price, for pages that merely show them: a change of the last moment may be missing.
    pub async fn recent(self) -> Result<Vec<Hold>> {
        self.read_holds(false).await
    }

    async fn read_holds(self, consistent: bool) -> Result<Vec<Hold>> {
        let items = self.table.calls.partition(keys::HOLDS, consistent).await?;
        items.into_iter().map(item::read).collect()
    }
}

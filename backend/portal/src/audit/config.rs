//! Noting that the configuration is another than before: once, by whichever function starts with it first.

use domain::{
    Timestamp,
    actor::Actor,
    audit::{AuditAction, Principal},
};

use crate::{Result, audit::Audit};

impl Audit<'_> {
    /// Compares the configuration with the one that was last seen, and notes a change.
    pub async fn config_changed(self, now: Timestamp) -> Result<bool> {
        let Some(digest) = &self.portal.parts.config_digest else {
            return Ok(false);
        };
        let table = &self.portal.table;
        let before = table.audit().config_digest().await?;
        if before.as_ref() == Some(digest) {
            return Ok(false);
        }
        self.portal.runs().unassign_unclaimed().await?;
        let portal = Actor::portal();
        let mut note = Principal::from(&portal).note(AuditAction::ConfigurationChanged, now);
        note.details.insert("to".to_owned(), digest.to_string());
        if let Some(before) = &before {
            note.details.insert("from".to_owned(), before.to_string());
        }
        Ok(table
            .audit()
            .change_config(before.as_ref(), digest, &note)
            .await?)
    }
}

//! Reading the log, a month at a time.

use domain::{
    Timestamp,
    actor::Actor,
    audit::Entry,
    page::{Cursor, Limit, Page},
};
use serde::Serialize;
use store::table::Month;

use crate::{Portal, Result, access::Action};

/// One page of a month of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AuditView {
    /// The month.
    pub month: String,
    /// The first month that there is anything of; none while the log is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The last month that there is anything of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// Entries, newest first, with the names of people in their places. What can be verified is the export, which has them
    /// beside each entry.
    pub entries: Page<Entry>,
    /// When this was true.
    pub as_of: Timestamp,
}

impl Portal {
    /// One page of the log: of `month`, or of the month that it is.
    pub async fn audit(
        &self,
        actor: &Actor,
        month: Option<&Month>,
        limit: Limit,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<AuditView> {
        self.authorise(actor, Action::ViewAudit)?;
        let table = &self.store().table;
        let span = table.audit_span().await?;
        let month = month.cloned().unwrap_or_else(|| Month::of(now));
        let Page { items, next } = table.audit(&month, limit, cursor).await?;
        Ok(AuditView {
            entries: Page {
                items: items.into_iter().map(Entry::readable).collect(),
                next,
            },
            month: month.to_string(),
            first: span.as_ref().map(|span| span.first.to_string()),
            last: span.map(|span| span.last.to_string()),
            as_of: now,
        })
    }
}

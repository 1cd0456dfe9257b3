//! Reading the log, a month at a time.

use api::audit::AuditView;
use domain::{
    Timestamp,
    actor::Actor,
    audit::Entry,
    month::Month,
    page::{Cursor, Limit, Page},
};

use crate::{Result, access::Action, audit::Audit};

impl Audit<'_> {
    /// One page of the log: of `month`, or of the month that it is.
    pub async fn list(
        self,
        actor: &Actor,
        month: Option<&Month>,
        limit: Limit,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<AuditView> {
        self.portal.authorise(actor, Action::ViewAudit)?;
        let table = &self.portal.table;
        let span = table.audit().span().await?;
        let month = month.cloned().unwrap_or_else(|| Month::of(now));
        let Page { items, next } = table.audit().list(&month, limit, cursor).await?;
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

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

/// Which page of the log.
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a> {
    /// Of which month; left out, of the month that it is.
    pub month: Option<&'a Month>,
    /// How many entries at the most.
    pub limit: Limit,
    /// Where the page before ended.
    pub cursor: Option<&'a Cursor>,
}

impl Audit<'_> {
    /// One page of the log.
    pub async fn list(
        self,
        actor: &Actor,
        excerpt: Excerpt<'_>,
        now: Timestamp,
    ) -> Result<AuditView> {
        self.portal.authorise(actor, Action::ViewAudit)?;
        let table = &self.portal.table;
        let span = table.audit().span().await?;
        let Excerpt {
            month,
            limit,
            cursor,
        } = excerpt;
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

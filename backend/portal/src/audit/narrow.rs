//! A part of a month of the log: of one app, of one kind of action, of one person.
//!
//! The log has no index of these, so entries are looked through, a bounded number at a time; the next page goes on where
//! this one stopped.

use api::audit::AuditView;
use domain::{
    Timestamp,
    actor::Actor,
    audit::{Entry, Narrow},
    page::{Limit, Page},
};
use store::table::AuditPlace;

use super::list::Excerpt;
use crate::{Result, audit::Audit};

/// How many entries are read at once, and how often for one answer.
const AT_ONCE: i64 = 100;
const TIMES: usize = 5;

impl Audit<'_> {
    /// One page of the log like [`Audit::list`], of the entries that match. It may hold fewer than `limit` although
    /// older ones match: then `next` is there.
    pub async fn narrowed(
        self,
        actor: &Actor,
        excerpt: Excerpt<'_>,
        narrow: &Narrow,
        now: Timestamp,
    ) -> Result<AuditView> {
        if narrow.is_everything() {
            return self.list(actor, excerpt, now).await;
        }
        let wanted = usize::from(excerpt.limit.get());
        let many = Excerpt {
            limit: Limit::try_from(AT_ONCE).unwrap_or_default(),
            ..excerpt
        };
        let mut view = self.list(actor, many, now).await?;
        let mut found: Vec<Entry> = Vec::new();
        for time in 1.. {
            let Page { items, next } = view.entries;
            let matching = items.into_iter().filter(|entry| narrow.matches(entry));
            found.extend(matching);
            view.entries = Page {
                items: Vec::new(),
                next,
            };
            if found.len() >= wanted || time >= TIMES || view.entries.next.is_none() {
                break;
            }
            let next = view.entries.next.take();
            let cursor = next.as_ref();
            view = self.list(actor, Excerpt { cursor, ..many }, now).await?;
        }
        if found.len() > wanted {
            found.truncate(wanted);
            view.entries.next = found
                .last()
                .map(|entry| AuditPlace::behind(entry.number).cursor());
        }
        view.entries.items = found;
        Ok(view)
    }
}

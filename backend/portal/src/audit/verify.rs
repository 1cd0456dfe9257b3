//! Finding what was done to the log behind our back.

use api::audit::Verified;
use domain::{
    Timestamp,
    actor::Actor,
    audit::{Fault, Finding, Seals, Verifier},
    month::Month,
};
use store::{Objects, Table, table::AuditSpan};

use super::seals::{newest, read_seals, span};
use crate::{Result, access::Action, audit::Audit};

impl Audit<'_> {
    /// Verifies the whole log against itself and against its seals.
    pub async fn verify(self, actor: &Actor, now: Timestamp) -> Result<Verified> {
        self.portal.authorise(actor, Action::ViewAudit)?;
        verify(&self.portal.table, self.portal.parts.seals.as_ref(), now).await
    }
}

/// Verifies a whole log, a page at a time, against the seals of a bucket.
pub async fn verify(table: &Table, seals: Option<&Objects>, now: Timestamp) -> Result<Verified> {
    // The end is asked for after the seals, so that none is of an entry behind it.
    let newest = newest(table).await?;
    let seals = match seals {
        Some(objects) => read_seals(objects).await?.check(newest),
        // Without a bucket nothing can be missing from it.
        None => Seals::default(),
    };
    verify_with(table, seals, now).await
}

async fn verify_with(table: &Table, seals: Seals, now: Timestamp) -> Result<Verified> {
    let before = span(table).await?;
    let (first, last) = months(before.as_ref(), &seals, now);
    let so_far = Verified::of(&seals, now);
    let end = before.as_ref().map(|span| &span.head);
    let mut verifier = Verifier::new(seals, end);
    let mut month = first;
    while month <= last {
        let mut behind = None;
        loop {
            let found = table.audit().entries(&month, behind.as_ref()).await?;
            for one in &found.entries {
                match one.link() {
                    Some(link) => verifier.push(&link),
                    None => verifier.push_unreadable(one.place, ""),
                }
            }
            behind = found.next;
            if behind.is_none() {
                break;
            }
        }
        month = month.next();
    }
    let after = span(table).await?;
    let head = after.map(|span| span.head);
    let mut outcome = verifier.finish(before.is_some().then_some(head.as_ref()).flatten());
    if before.is_none() && outcome.entries > 0 {
        let words = "the log's end is no longer noted, so entries may be missing after these";
        outcome.findings.push(Finding {
            number: outcome.entries,
            last: outcome.entries,
            fault: Fault::Missing,
            words: words.to_owned(),
        });
        outcome
            .findings
            .sort_by_key(|finding| (finding.fault.is_of_seal(), finding.number, finding.fault));
    }
    Ok(so_far.with(outcome, head))
}

/// The months to look at. A log whose end is no longer noted is looked for from its first seal on.
fn months(span: Option<&AuditSpan>, seals: &Seals, now: Timestamp) -> (Month, Month) {
    if let Some(span) = span {
        return (span.first.clone(), span.last.clone());
    }
    let last = Month::of(now);
    let first = seals.first_sealed_at.map(Month::of);
    (
        first.unwrap_or_else(|| last.clone()).min(last.clone()),
        last,
    )
}

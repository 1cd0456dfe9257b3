//! Finding what was done to the log behind our back.

use std::collections::BTreeSet;

use domain::{
    Timestamp,
    actor::Actor,
    audit::{Fault, Finding, Head, Link, Seal, verify_links},
};
use serde::{Deserialize, Serialize};
use store::table::{AuditSpan, Month};

use crate::{Error, Portal, Result, access::Action};

/// What was found in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verified {
    /// How many entries were looked at.
    pub entries: u64,
    /// How many seals they were compared with.
    pub seals: usize,
    /// Everything that is wrong, by the number of the entry; nothing if the log is as it was written.
    pub findings: Vec<Finding>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// The log as it was found.
#[derive(Default)]
struct Found {
    links: Vec<Link>,
    /// The numbers of entries that no longer read as such.
    broken: BTreeSet<u64>,
}

impl Portal {
    /// Verifies the whole log against itself and against its seals.
    pub async fn verify_audit(&self, actor: &Actor, now: Timestamp) -> Result<Verified> {
        self.authorise(actor, Action::ViewAudit)?;
        let seals = self.seals().await?;
        let span = self.span().await?;
        let (first, last) = months(span.as_ref(), &seals, now);
        let found = self.links(first, &last).await?;
        let head = span.as_ref().map(|span| &span.head);
        let mut findings = verify_links(&Head::default(), &found.links, &seals, head);
        // One that does not even read as an entry is not missing, it was altered.
        findings.retain(|finding| {
            let alone = finding.fault == Fault::Missing && finding.number == finding.last;
            !(alone && found.broken.contains(&finding.number))
        });
        findings.extend(found.broken.iter().map(|number| {
            finding(
                *number,
                Fault::Altered,
                format!("entry {number} can no longer be read"),
            )
        }));
        if span.is_none() && !found.links.is_empty() {
            let words = "the log's end is no longer noted, so entries may be missing after these";
            findings.push(finding(
                found.links.len() as u64,
                Fault::Missing,
                words.to_owned(),
            ));
        }
        findings.sort_by_key(|finding| (finding.number, finding.fault));
        Ok(Verified {
            entries: (found.links.len() + found.broken.len()) as u64,
            seals: seals.len(),
            findings,
            as_of: now,
        })
    }

    /// Where the log says that it begins and ends; one that cannot be read says nothing.
    pub(super) async fn span(&self) -> Result<Option<AuditSpan>> {
        match self.store().table.audit_span().await {
            Ok(span) => Ok(span),
            Err(store::Error::Corrupt { .. }) => Ok(None),
            Err(error) => Err(Error::Store(error)),
        }
    }

    async fn links(&self, first: Month, last: &Month) -> Result<Found> {
        let mut found = Found::default();
        let mut month = first;
        while month <= *last {
            for one in self.store().table.audit_month(&month).await? {
                match (one.entry, one.place) {
                    (Some(entry), _) => found.links.push(entry.link()),
                    (None, place) => {
                        found.broken.insert(place.unwrap_or(0));
                    }
                }
            }
            month = month.next();
        }
        Ok(found)
    }
}

/// The months to look at. A log whose end is no longer noted is looked for from its first seal on.
fn months(span: Option<&AuditSpan>, seals: &[Seal], now: Timestamp) -> (Month, Month) {
    if let Some(span) = span {
        return (span.first.clone(), span.last.clone());
    }
    let first = seals.iter().map(|seal| Month::of(seal.sealed_at)).min();
    let last = Month::of(now);
    (
        first.unwrap_or_else(|| last.clone()).min(last.clone()),
        last,
    )
}

fn finding(number: u64, fault: Fault, words: String) -> Finding {
    Finding {
        number,
        last: number,
        fault,
        words,
    }
}

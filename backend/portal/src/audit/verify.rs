//! Finding what was done to the log behind our back.

use domain::{
    Timestamp,
    actor::Actor,
    audit::{Fault, Finding, Head, Locks, Outcome, Seals, Verifier},
};
use serde::{Deserialize, Serialize};
use store::{
    Objects, Table,
    table::{AuditSpan, Month},
};

use super::seals::{newest, read_seals};
use crate::{Error, Portal, Result, access::Action};

/// What was found in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verified {
    /// How many entries were looked at.
    pub entries: u64,
    /// How many of them name somebody whose name was erased.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub erased: u64,
    /// How many seals they were compared with.
    pub seals: usize,
    /// How many of the seals have no number, because an earlier version made them: one a day.
    #[serde(default)]
    pub unnumbered_seals: usize,
    /// How the seals are locked.
    #[serde(default)]
    pub locks: Locks,
    /// When the newest seal was made, and where the log ended then; entries behind it are not sealed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<SealedUpTo>,
    /// Where the log ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// What is wrong, first with entries, then with seals, each by number; nothing if the log is as it was written.
    pub findings: Vec<Finding>,
    /// How many findings there are beyond those.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_findings: u64,
    /// When this was true.
    pub as_of: Timestamp,
}

/// What the newest seal says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SealedUpTo {
    /// The last entry that is sealed.
    pub entry: u64,
    /// Since when.
    pub at: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Verified {
    /// What can be said of the seals before any entry is looked at.
    pub fn of(seals: &Seals, now: Timestamp) -> Self {
        Self {
            entries: 0,
            erased: 0,
            seals: seals.count,
            unnumbered_seals: seals.unnumbered,
            locks: seals.locks,
            sealed: SealedUpTo::by(seals),
            head: None,
            findings: Vec::new(),
            more_findings: 0,
            as_of: now,
        }
    }

    /// The same with what was found when all entries were looked at.
    #[must_use]
    pub fn with(self, outcome: Outcome, head: Option<Head>) -> Self {
        Self {
            entries: outcome.entries,
            erased: outcome.erased,
            head,
            findings: outcome.findings,
            more_findings: outcome.more,
            ..self
        }
    }
}

impl SealedUpTo {
    fn by(seals: &Seals) -> Option<Self> {
        let (head, at) = match (&seals.newest, &seals.newest_day) {
            (Some(seal), _) => (&seal.head, seal.sealed_at),
            (None, Some(day)) => (&day.head, day.sealed_at),
            (None, None) => return None,
        };
        Some(Self {
            entry: head.number,
            at,
        })
    }
}

impl Portal {
    /// Verifies the whole log against itself and against its seals.
    pub async fn verify_audit(&self, actor: &Actor, now: Timestamp) -> Result<Verified> {
        self.authorise(actor, Action::ViewAudit)?;
        verify(&self.store().table, self.parts.seals.as_ref(), now).await
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
            let found = table.audit_entries(&month, behind.as_ref()).await?;
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

/// Where the log says that it begins and ends; one that cannot be read says nothing.
pub(super) async fn span(table: &Table) -> Result<Option<AuditSpan>> {
    match table.audit_span().await {
        Ok(span) => Ok(span),
        Err(store::Error::Corrupt { .. }) => Ok(None),
        Err(error) => Err(Error::Store(error)),
    }
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

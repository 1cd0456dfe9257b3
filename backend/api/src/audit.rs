//! The audit log: reading it, its seals, and what verifying it found.

use domain::{
    Timestamp,
    audit::{Entry, Finding, Head, Locks, Outcome, SealVersion, Seals},
    page::{Cursor, Page},
};
use serde::{Deserialize, Serialize};

/// One page of a month of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// What somebody needs beside the entries to verify the log themselves: where it begins and ends, and its seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealsView {
    /// Where the log says that it ends; none while it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// The first month that there is anything of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The last month that there is anything of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// The number of the newest seal, as the table has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<u64>,
    /// A page of everything that lies where seals do, in every version, by key; those of a key the newest first, and delete
    /// markers behind them. The oldest version of each has its text.
    pub seals: Vec<SealVersion>,
    /// Where the next page starts; none if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// What was found in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

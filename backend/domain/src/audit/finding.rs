//! What can be wrong with the log and its seals.

use serde::{Deserialize, Serialize};

/// Something that is wrong with the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// The number of the entry that it concerns; of missing ones, the first. Where the fault is one of a seal, the number of the
    /// seal, or 0 if it has none.
    pub number: u64,
    /// Of a row of missing ones, the last; else the same.
    pub last: u64,
    /// What is wrong.
    pub fault: Fault,
    /// The same for people, with how it shows.
    pub words: String,
}

/// What is wrong with an entry or a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The entry does not say what it said.
    Altered,
    /// The entry is gone.
    Missing,
    /// The entry was put in.
    Inserted,
    /// The entry stands where it did not.
    Reordered,
    /// The entry is not the one that was sealed.
    SealMismatch,
    /// The seal is gone.
    SealMissing,
    /// The seal was written over, or there is another one of its number.
    SealReplaced,
    /// The seal has a delete marker.
    SealDeleted,
    /// The seal is none, or does not follow the one before it.
    SealForged,
}

impl Fault {
    /// Whether it is one of a seal, and not of an entry.
    pub fn is_of_seal(self) -> bool {
        match self {
            Self::Altered
            | Self::Missing
            | Self::Inserted
            | Self::Reordered
            | Self::SealMismatch => false,
            Self::SealMissing | Self::SealReplaced | Self::SealDeleted | Self::SealForged => true,
        }
    }
}

impl Finding {
    pub(super) fn of(number: u64, fault: Fault, words: impl Into<String>) -> Self {
        Self {
            number,
            last: number,
            fault,
            words: words.into(),
        }
    }
}

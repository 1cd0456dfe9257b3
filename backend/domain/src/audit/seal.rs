//! Seals: where the log ended at some time, each in an object that is written once.
//!
//! A seal has a number and the digest of the seal before, and its object's key says its number and the head that it holds. So
//! a seal that is gone, another one in its place or one made up later shows in the row of seals itself.

use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

use super::Head;
use crate::{digest::Digest, json::canonical};

/// What the keys of all seals begin with.
pub const FOLDER: &str = "seals/";
/// The format of the seals that are written today.
pub const FORMAT: u32 = 1;

/// Where the log ended, in an object that is written once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The format, [`FORMAT`].
    pub format: u32,
    /// Its place among the seals, from 1.
    pub number: u64,
    /// Where the log ended.
    pub head: Head,
    /// The digest of the seal before; that of nothing if there is none.
    pub previous: Digest,
    /// When it was sealed.
    pub sealed_at: Timestamp,
}

/// A seal as versions before numbered seals wrote it, one a day, with the day as key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DaySeal {
    /// The day, in UTC.
    pub day: civil::Date,
    /// Where the log ended.
    pub head: Head,
    /// When it was sealed.
    pub sealed_at: Timestamp,
}

/// Where the row of seals ends: what the next one follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastSeal {
    /// Its number; 0 if it has none or there is none.
    pub number: u64,
    /// Its digest; that of nothing if there is none.
    pub digest: Digest,
}

impl Default for LastSeal {
    /// There is none.
    fn default() -> Self {
        Self {
            number: 0,
            digest: Digest::of(b""),
        }
    }
}

impl Seal {
    /// The seal that follows `last`.
    pub fn after(last: &LastSeal, head: Head, sealed_at: Timestamp) -> Self {
        Self {
            format: FORMAT,
            number: last.number.saturating_add(1),
            head,
            previous: last.digest,
            sealed_at,
        }
    }

    /// The key of its object: its number and its head.
    pub fn key(&self) -> String {
        let Head { number, hash } = &self.head;
        format!("{}{number:012}-{hash}.json", Self::prefix(self.number))
    }

    /// What the key of every seal of that number begins with.
    pub fn prefix(number: u64) -> String {
        format!("{FOLDER}{number:010}-")
    }

    /// Its object's bytes: canonical JSON.
    pub fn text(&self) -> String {
        // A seal has nothing that JSON cannot say.
        canonical::json(self).unwrap_or_default()
    }

    /// What the next one follows.
    pub fn as_last(&self) -> LastSeal {
        LastSeal {
            number: self.number,
            digest: Digest::of(self.text().as_bytes()),
        }
    }
}

impl DaySeal {
    /// The key of its object.
    pub fn key(&self) -> String {
        format!("{FOLDER}{}.json", self.day)
    }

    /// What the first numbered seal follows.
    pub fn as_last(&self) -> LastSeal {
        let text = canonical::json(self).unwrap_or_default();
        LastSeal {
            number: 0,
            digest: Digest::of(text.as_bytes()),
        }
    }
}

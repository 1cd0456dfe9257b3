//! The audit log: entries that each hold the hash of the one before.
//!
//! An entry's hash is the SHA-256 of its canonical JSON (RFC 8785) without the members `hash` and `names`: its `number`, what is
//! noted, and `previous`. Members that an entry does not have are left out, so that an entry written before a member was thought of
//! keeps its hash. `docs/audit.md` describes all of it to the byte.

mod export;
mod finding;
pub mod format;
mod names;
mod narrow;
mod principal;
mod seal;
mod seals;
mod verify;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    digest::Digest,
    id::{AppId, BuildId, EnvironmentId, PersonId, PromotionId},
    json::canonical,
};

pub use finding::{Fault, Finding};
pub use names::{Named, Names, replaced};
pub use narrow::Narrow;
pub use principal::Principal;
pub use seal::{DaySeal, FOLDER, FORMAT, LastSeal, Seal};
pub use seals::{Lock, LockMode, Locks, SealVersion, Seals, SealsFound, oldest};
pub use verify::{Link, MOST_FINDINGS, Outcome, Verifier, verify};

/// What is to be noted, before it has its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// How they proved it: `local`, `session of <issuer>`, `job <id>`, `token <id>`, `schedule`.
    pub proof: String,
    /// What was done. Its name in the log stays as it was, since hashes cover it.
    #[serde(rename = "deed")]
    pub action: AuditAction,
    /// The app that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
    /// The environment that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// The build that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildId>,
    /// The promotion that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<PromotionId>,
    /// Why, in the words of the person who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From where: the caller's address, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What else belongs to it, such as the gates' answers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    /// The people whom it names, each with the digest of their name, which stands beside the entry. Entries of before have
    /// the names themselves, and no digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Digest>))]
    pub people: BTreeMap<PersonId, Digest>,
    /// Whom `reason` and `details` name beside the person who did it, until it is written.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub about: Vec<Actor>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AuditAction {
    /// A promotion was asked for.
    PromotionRequested,
    /// A promotion was refused when it was asked for.
    PromotionRefused,
    /// Gates were bypassed with a reason.
    GatesBypassed,
    /// A promotion was approved.
    Approved,
    /// Somebody of the groups that are asked could not approve a promotion.
    ApprovalRefused,
    /// A promotion was rejected.
    Rejected,
    /// A promotion was cancelled.
    PromotionCanceled,
    /// A promotion waited too long.
    PromotionExpired,
    /// A promotion was handed to its target.
    PromotionStarted,
    /// A promotion ended well.
    PromotionSucceeded,
    /// A promotion ended badly.
    PromotionFailed,
    /// A promotion was ended by somebody while its target was at work.
    PromotionAbandoned,
    /// A rollback was asked for.
    RollbackRequested,
    /// A stop was put on an environment or on automatic promotion.
    Held,
    /// A stop was lifted.
    Lifted,
    /// A build was withdrawn.
    Withdrawn,
    /// A build is given out again.
    Restored,
    /// A build was registered.
    Registered,
    /// A build was released without a promotion.
    Released,
    /// The configuration is another than before.
    ConfigurationChanged,
    /// An API token was made.
    TokenMade,
    /// An API token was revoked.
    TokenRevoked,
    /// A share link was made.
    LinkMade,
    /// A share link was revoked.
    LinkRevoked,
    /// Someone's session was ended from elsewhere.
    SessionEnded,
    /// Someone guessed too often, and has to wait.
    LockedOut,
    /// All that is kept of a person was handed out.
    PrivacyExported,
    /// A person's name was erased.
    PrivacyErased,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Its place in the log, from 1.
    pub number: u64,
    /// What is noted.
    #[serde(flatten)]
    pub note: AuditRecord,
    /// The hash of the entry before; that of nothing for the first.
    pub previous: Digest,
    /// SHA-256 of all of the above.
    pub hash: Digest,
    /// The names that stand beside it, of those people whose names are kept.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Named>))]
    pub names: Names,
}

/// Where the log ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Head {
    /// How many entries there are.
    pub number: u64,
    /// The hash of the last.
    pub hash: Digest,
}

/// What an entry's hash is of.
#[derive(Serialize)]
struct Contents<'a> {
    number: u64,
    #[serde(flatten)]
    note: &'a AuditRecord,
    previous: &'a Digest,
}

/// A line of an export: an entry's canonical JSON; `None` if it has fractions, which no entry has.
pub fn line(entry: &serde_json::Value) -> Option<String> {
    canonical::whole(entry)
}

/// The hash of an entry; `None` if it cannot be written down, which no note brings about.
fn hash(number: u64, note: &AuditRecord, previous: &Digest) -> Option<Digest> {
    let contents = Contents {
        number,
        note,
        previous,
    };
    let text = canonical::json(&contents).ok()?;
    Some(Digest::of(text.as_bytes()))
}

impl AuditRecord {
    /// A note that says who did what, when, and how they proved who they are; the rest is filled in.
    pub fn new(at: Timestamp, by: Actor, proof: impl Into<String>, action: AuditAction) -> Self {
        Self {
            at,
            by,
            proof: proof.into(),
            action,
            app: None,
            environment: None,
            build: None,
            promotion: None,
            reason: None,
            from: None,
            details: BTreeMap::new(),
            people: BTreeMap::new(),
            about: Vec::new(),
        }
    }
}

impl Entry {
    /// The entry that follows `head`.
    pub fn after(head: &Head, note: AuditRecord) -> Self {
        let number = head.number.saturating_add(1);
        // A note that could not be written down would be found as altered at the next look, and not be taken for good.
        let hash = hash(number, &note, &head.hash).unwrap_or(Digest::from_bytes([0; 32]));
        Self {
            number,
            note,
            previous: head.hash,
            hash,
            names: BTreeMap::new(),
        }
    }

    /// Where the log ends, once this is its last entry.
    pub fn head(&self) -> Head {
        Head {
            number: self.number,
            hash: self.hash,
        }
    }
}

impl Default for Head {
    /// Where a log without entries ends.
    fn default() -> Self {
        Self {
            number: 0,
            hash: Digest::of(b""),
        }
    }
}

#[cfg(test)]
mod tests;

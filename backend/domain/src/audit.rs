//! The audit log: entries that each hold the hash of the one before.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    digest::Digest,
    id::{AppId, BuildId, EnvironmentId, PromotionId},
};

/// What is to be noted, before it has its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// How they proved it: `local`, `session of <issuer>`, `job <id>`, `schedule`.
    pub proof: String,
    /// What.
    pub deed: Deed,
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
    /// Why, in the words of whoever did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From where: the caller's address, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What else belongs to it, such as the gates' answers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// A promotion was asked for.
    PromotionRequested,
    /// A promotion was refused when it was asked for.
    PromotionRefused,
    /// Gates were bypassed with a reason.
    GatesBypassed,
    /// A promotion was approved.
    Approved,
    /// A promotion was rejected.
    Rejected,
    /// A promotion was taken back by whoever may.
    PromotionCanceled,
    /// A promotion waited too long.
    PromotionExpired,
    /// A promotion was handed to its target.
    PromotionStarted,
    /// A promotion ended well.
    PromotionSucceeded,
    /// A promotion ended badly.
    PromotionFailed,
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
    /// A release was recorded by a pipeline.
    Released,
    /// The configuration is another than before.
    ConfigurationChanged,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Its place in the log, from 1.
    pub number: u64,
    /// What is noted.
    #[serde(flatten)]
    pub note: Note,
    /// The hash of the entry before; that of nothing for the first.
    pub previous: Digest,
    /// SHA-256 of all of the above.
    pub hash: Digest,
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

/// The head of a day's end, kept in an object that nobody can overwrite or delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seal {
    /// The day, in UTC.
    pub day: civil::Date,
    /// Where the log ended.
    pub head: Head,
    /// When it was sealed.
    pub sealed_at: Timestamp,
}

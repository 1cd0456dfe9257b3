//! Promotions: a request to release a build in an environment, and what became of it.

mod answer;
pub mod audit_records;
mod decide;
mod impossible;
mod refusal;
mod request;
mod situation;
mod transition;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    digest::Digest,
    gate::{GateAnswer, GateKind},
    id::{AppId, BuildId, EnvironmentId, PromotionId, RunId},
    path::PathStep,
};

pub use answer::Answer;
pub use decide::{Decision, decide};
pub use impossible::Impossible;
pub use refusal::{Refusal, RefusalKind, RequestField};
pub use request::{Request, WORDS_LIMIT};
pub use situation::{
    BuildFacts, CheckFacts, CheckRun, Findings, Member, Rights, Serving, Situation, Stay, stays,
};

/// A request to release a build in an environment, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Promotion {
    /// Its identity, which is also the token that makes starting it idempotent.
    pub id: PromotionId,
    /// The app.
    pub app: AppId,
    /// The build.
    pub build: BuildId,
    /// The build's number.
    pub number: u64,
    /// The build's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What the build's bytes are: see [`crate::build::Build::digest`]. Approvals hold for these bytes alone.
    pub digest: Digest,
    /// Where it is to be released.
    pub to: EnvironmentId,
    /// Forward, or back.
    pub kind: PromotionKind,
    /// Who asks.
    pub requested_by: Actor,
    /// Since when.
    pub requested_at: Timestamp,
    /// Why.
    pub reason: String,
    /// Until when it may wait.
    pub expires_at: Timestamp,
    /// The gates that the caller goes past, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypass: Option<Bypass>,
    /// Whether the build that is left behind is withdrawn, once a rollback has succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdraw: Option<BuildId>,
    /// The environments that it had been released in when that was asked for, in each of which the caller may withdraw it.
    /// Empty where nothing is withdrawn, and in promotions of a version that did not ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdraw_from: Vec<EnvironmentId>,
    /// Who agrees.
    #[serde(default)]
    pub approvals: Vec<Approval>,
    /// How the gates stood when somebody last looked.
    #[serde(default)]
    pub gates: Vec<GateAnswer>,
    /// How far it is.
    pub state: State,
    /// When it came to be so.
    pub since: Timestamp,
    /// The run that carries it out, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// When its target was last tried in vain, and what came of it; nothing once a later try has succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<LastError>,
    /// How much of its files has been copied, where its target is a bucket that takes more than one look of the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied: Option<Copied>,
}

/// How much of a build's files is in the bucket that they are copied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Copied {
    /// Bytes that are there, of all files.
    pub bytes: u64,
    /// Bytes of all files.
    pub of: u64,
    /// When that was.
    pub at: Timestamp,
}

/// A try of a promotion's target that failed, and may not the next time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastError {
    /// When.
    pub at: Timestamp,
    /// What went wrong, for people.
    pub message: String,
}

/// Which way a promotion goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PromotionKind {
    /// To the next environment, asked for by someone.
    Forward,
    /// To the next environment, by itself.
    Automatic,
    /// To an earlier build of the same environment.
    Rollback,
}

/// How far a promotion is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum State {
    /// Waits for its gates.
    Waiting,
    /// Every gate lets it through; its target is about to be called, or was called and has not answered.
    Starting,
    /// Its target carries it out.
    Running,
    /// Released.
    Succeeded,
    /// Its target failed.
    Failed {
        /// What went wrong, for people, and what to do.
        why: String,
    },
    /// Somebody does not agree.
    Rejected {
        /// Who.
        by: Actor,
        /// Why.
        why: String,
    },
    /// It waited too long.
    Expired,
    /// Taken back.
    Canceled {
        /// Who.
        by: Actor,
        /// Why.
        why: String,
    },
    /// Ended by somebody while its target was at work. Whatever the target does then, nothing is released by it.
    Abandoned {
        /// Who.
        by: Actor,
        /// Why.
        why: String,
    },
}

/// Gates that somebody goes past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Bypass {
    /// Which.
    pub gates: Vec<GateKind>,
    /// Why.
    pub reason: String,
}

/// Somebody's agreement to these very bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// Who.
    pub by: Actor,
    /// The groups that they were in, of those that the gate asks for.
    pub groups: Vec<String>,
    /// The build's digest that they saw.
    pub digest: Digest,
    /// When.
    pub at: Timestamp,
    /// What they say to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Approval {
    /// Whether it is a person's, and no older than the step allows. One that names only an address may be of anybody who had
    /// it.
    pub(crate) fn is_fresh(&self, step: &PathStep, now: Timestamp) -> bool {
        self.by.is_a_person() && is_fresh(self.at, step, now)
    }
}

/// Whether what somebody agreed to at that time still counts.
pub(crate) fn is_fresh(at: Timestamp, step: &PathStep, now: Timestamp) -> bool {
    let ends = at.saturating_add(step.approvals_expire);
    now < ends.unwrap_or(Timestamp::MAX)
}

impl State {
    /// Whether nothing more will become of it.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Waiting | Self::Starting | Self::Running => false,
            Self::Succeeded
            | Self::Failed { .. }
            | Self::Rejected { .. }
            | Self::Expired
            | Self::Canceled { .. }
            | Self::Abandoned { .. } => true,
        }
    }

    /// The word that people read.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed { .. } => "failed",
            Self::Rejected { .. } => "rejected",
            Self::Expired => "expired",
            Self::Canceled { .. } => "canceled",
            Self::Abandoned { .. } => "abandoned",
        }
    }
}

//! The states of runs and steps.

use serde::{Deserialize, Serialize};

/// The state of a run or of a step, whatever its source calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// A state that this version does not know; the source's own word is kept beside it.
    Unknown,
    /// Accepted, not started.
    Queued,
    /// Waits for a person or for another run.
    Waiting,
    /// At work.
    Running,
    /// Asked to stop, not stopped yet.
    Stopping,
    /// Ended well.
    Succeeded,
    /// Left out.
    Skipped,
    /// Overtaken by a newer run.
    Superseded,
    /// Stopped by a person or by its system.
    Canceled,
    /// Ended by a fault of the system that ran it.
    Error,
    /// Ended badly.
    Failed,
}

impl Status {
    /// How far along a state is, to break ties between events of one moment.
    pub fn rank(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Queued | Self::Waiting => 10,
            Self::Running => 20,
            Self::Stopping => 30,
            Self::Succeeded
            | Self::Skipped
            | Self::Superseded
            | Self::Canceled
            | Self::Error
            | Self::Failed => 50,
        }
    }

    /// How bad an ending is, to break ties between endings of one moment.
    pub fn severity(self) -> u8 {
        match self {
            Self::Failed => 5,
            Self::Error => 4,
            Self::Canceled => 3,
            Self::Superseded => 2,
            Self::Skipped => 1,
            Self::Unknown
            | Self::Queued
            | Self::Waiting
            | Self::Running
            | Self::Stopping
            | Self::Succeeded => 0,
        }
    }

    /// Whether nothing more is expected of this attempt.
    pub fn is_terminal(self) -> bool {
        self.rank() == 50
    }

    /// Whether someone should look at it.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Error)
    }

    /// The word that people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Succeeded => "succeeded",
            Self::Skipped => "skipped",
            Self::Superseded => "superseded",
            Self::Canceled => "canceled",
            Self::Error => "error",
            Self::Failed => "failed",
        }
    }
}

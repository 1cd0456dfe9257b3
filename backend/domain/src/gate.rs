//! Gates: conditions on a step of a path, and how each of them stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a gate asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GateKind {
    /// Runs or steps that must have succeeded.
    Checks,
    /// Time in the environment before.
    Soak,
    /// People who must agree.
    Approvals,
    /// A freeze window.
    Freeze,
    /// The build's age.
    Age,
    /// A hold on the environment or the build.
    Hold,
    /// Findings of a scan.
    Findings,
}

/// How one gate stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GateAnswer {
    /// What it asks about.
    pub gate: GateKind,
    /// How it stands.
    pub standing: Standing,
    /// For people, in a few words: `2 of 2 checks passed`, `soak 1 h 40 min left`, `needs 1 approval from release-managers`.
    pub words: String,
    /// What would lift it, where it is not met: `wait until …`, `ask someone of release-managers to approve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// When it will be met by time alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// How a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It holds.
    Met,
    /// It does not hold yet, and may later.
    Waiting,
    /// It does not hold and will not by waiting.
    Refused,
    /// It does not hold, and somebody went past it with a reason.
    Bypassed,
}

impl Standing {
    /// Whether a promotion may go on past it.
    pub fn lets_through(self) -> bool {
        match self {
            Self::Met | Self::Bypassed => true,
            Self::Waiting | Self::Refused => false,
        }
    }
}

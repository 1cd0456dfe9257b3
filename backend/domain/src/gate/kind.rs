//! The kinds of gates.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::words::all_of;

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
    /// What Android will do when it is installed.
    Install,
}

impl GateKind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Checks,
        Self::Soak,
        Self::Approvals,
        Self::Freeze,
        Self::Age,
        Self::Findings,
        Self::Install,
        Self::Hold,
    ];

    /// The word that people read and write.
    pub fn word(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Soak => "soak",
            Self::Approvals => "approvals",
            Self::Freeze => "freeze",
            Self::Age => "age",
            Self::Hold => "hold",
            Self::Findings => "findings",
            Self::Install => "install",
        }
    }

    /// Whether `towpath.toml` may ask for it. A gate that nothing could open must not be configurable, and no scan report is
    /// read yet.
    pub fn can_be_configured(self) -> bool {
        match self {
            Self::Checks
            | Self::Soak
            | Self::Approvals
            | Self::Freeze
            | Self::Age
            | Self::Install
            | Self::Hold => true,
            Self::Findings => false,
        }
    }

    /// Whether somebody with the right to may go past it. A hold is lifted, and a withdrawn build restored, by anyone who
    /// may; nobody goes past either.
    pub fn can_be_bypassed(self) -> bool {
        match self {
            Self::Checks
            | Self::Soak
            | Self::Approvals
            | Self::Freeze
            | Self::Age
            | Self::Install
            | Self::Findings => true,
            Self::Hold => false,
        }
    }

    /// What helps a request that wants to go past it, and may not.
    pub(crate) fn instead_of_a_bypass(self) -> &'static str {
        match self {
            Self::Hold => "have the hold lifted, or the build restored",
            Self::Checks
            | Self::Soak
            | Self::Approvals
            | Self::Freeze
            | Self::Age
            | Self::Install
            | Self::Findings => "leave it out of the bypass",
        }
    }

    /// Whether a request is turned down because the gate refuses. What nobody asked for waits for its checks to pass.
    pub(crate) fn turns_down(self, automatic: bool) -> bool {
        match self {
            // Said with the holds.
            Self::Hold => false,
            Self::Checks => !automatic,
            Self::Soak
            | Self::Approvals
            | Self::Freeze
            | Self::Age
            | Self::Install
            | Self::Findings => true,
        }
    }
}

/// A text that names no gate.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a gate: it is one of {kinds}", kinds = all_of(&GateKind::ALL.map(GateKind::word)))]
pub struct UnknownGate(String);

impl FromStr for GateKind {
    type Err = UnknownGate;

    fn from_str(text: &str) -> Result<Self, UnknownGate> {
        Self::ALL
            .into_iter()
            .find(|gate| gate.word() == text)
            .ok_or_else(|| UnknownGate(text.chars().take(40).collect()))
    }
}

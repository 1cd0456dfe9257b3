//! How a gate stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::GateKind;
use crate::actor::Actor;

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
    /// Whom the words name; no record keeps it.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub by: Option<Box<Actor>>,
}

impl GateAnswer {
    pub(super) fn met(gate: GateKind, words: impl Into<String>) -> Self {
        Self {
            gate,
            standing: Standing::Met,
            words: words.into(),
            remedy: None,
            until: None,
            by: None,
        }
    }

    pub(super) fn waiting(
        gate: GateKind,
        words: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            gate,
            standing: Standing::Waiting,
            words: words.into(),
            remedy: Some(remedy.into()),
            until: None,
            by: None,
        }
    }

    pub(super) fn refused(
        gate: GateKind,
        words: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            standing: Standing::Refused,
            ..Self::waiting(gate, words, remedy)
        }
    }

    pub(super) fn until(self, until: Option<Timestamp>) -> Self {
        Self { until, ..self }
    }

    /// The same, whose words name somebody.
    pub(super) fn naming(self, by: &Actor) -> Self {
        Self {
            by: Some(Box::new(by.clone())),
            ..self
        }
    }
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

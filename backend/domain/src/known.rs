//! How a fact is known: proven by its platform, or claimed by the person who sent it. Only proven facts open gates.

use serde::{Deserialize, Serialize};

use crate::work::Work;

/// How one fact is known.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// Somebody said so.
    #[default]
    Claimed,
    /// A token of the CI system, a signed webhook, EventBridge or the platform's own API confirmed it.
    Proven,
}

/// How it is known where a build comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Origin {
    /// Which run made it.
    #[serde(default)]
    pub run: Known,
    /// Which commit it was made of.
    #[serde(default)]
    pub commit: Known,
    /// Which repository that is in.
    #[serde(default)]
    pub repository: Known,
}

impl Known {
    /// Whether it is proven.
    pub const fn is_proven(self) -> bool {
        matches!(self, Self::Proven)
    }

    /// Proven if it is, else claimed.
    pub const fn proven_if(proven: bool) -> Self {
        if proven { Self::Proven } else { Self::Claimed }
    }
}

impl Origin {
    /// What a job proves of where it comes from; of anybody else it is claimed.
    pub fn proved_by(work: Option<&Work>) -> Self {
        let Some(work) = work else {
            return Self::default();
        };
        Self {
            run: Known::proven_if(work.run.is_some()),
            commit: Known::proven_if(work.commit.is_some()),
            repository: Known::proven_if(work.repository.is_some()),
        }
    }

    /// Nothing of it is proven.
    pub fn is_claimed(&self) -> bool {
        *self == Self::default()
    }
}

//! The roles.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What kind of work someone does here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Sees what runs where.
    Viewer,
    /// Also downloads builds, in some environments.
    Tester,
    /// Also downloads everywhere, and registers builds, in some environments.
    Developer,
    /// Also promotes, approves, holds and withdraws, in some environments.
    ReleaseManager,
    /// Sees what runs where, who downloaded what, and the audit log.
    Auditor,
    /// Does everything.
    Admin,
}

/// A text that is no role.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a role")]
pub struct UnknownRole(String);

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Viewer,
        Self::Tester,
        Self::Developer,
        Self::ReleaseManager,
        Self::Auditor,
        Self::Admin,
    ];

    /// Its name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Tester => "tester",
            Self::Developer => "developer",
            Self::ReleaseManager => "release-manager",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// Whether it may do something in some environments and not in others. Looking is the same in all.
    pub const fn is_per_environment(self) -> bool {
        match self {
            Self::Tester | Self::Developer | Self::ReleaseManager | Self::Admin => true,
            Self::Viewer | Self::Auditor => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let mut roles = Self::ALL.into_iter();
        roles
            .find(|role| role.as_str() == text)
            .ok_or_else(|| UnknownRole(text.chars().take(80).collect()))
    }
}

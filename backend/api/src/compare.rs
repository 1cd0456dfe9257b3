//! Comparing two builds.

use std::{fmt, str::FromStr};

use domain::id::{AppId, BuildId, EnvironmentId};

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// A build.
    Build(BuildId),
    /// What an environment serves of an app now: `<app>/<environment>`.
    Current(AppId, EnvironmentId),
}

/// A text that names no side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a side is a build's identifier, or <app>/<environment> for what is current there")]
pub struct InvalidSide;

impl FromStr for Side {
    type Err = InvalidSide;

    fn from_str(text: &str) -> Result<Self, InvalidSide> {
        match text.split_once('/') {
            Some((app, environment)) => Ok(Self::Current(
                app.parse().map_err(|_| InvalidSide)?,
                environment.parse().map_err(|_| InvalidSide)?,
            )),
            None => text.parse().map(Self::Build).map_err(|_| InvalidSide),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build(id) => id.fmt(f),
            Self::Current(app, environment) => write!(f, "{app}/{environment}"),
        }
    }
}

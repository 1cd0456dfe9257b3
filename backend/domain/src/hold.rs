//! Holds: stops on an environment or on a build.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    id::{AppId, BuildId, EnvironmentId},
};

/// What a hold stops.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case", tag = "what", deny_unknown_fields)]
pub enum Held {
    /// Everything that would start in an environment, for one app or for all.
    Environment {
        /// The environment.
        environment: EnvironmentId,
        /// Only this app's promotions, if set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        app: Option<AppId>,
    },
    /// Automatic promotion of an app into an environment; people may still ask for one. A rollback leaves this behind.
    Automatic {
        /// The app.
        app: AppId,
        /// The environment.
        environment: EnvironmentId,
    },
    /// A build: withdrawn. Nobody gets it any more and it is promoted nowhere.
    Build {
        /// The app.
        app: AppId,
        /// The build.
        build: BuildId,
    },
}

impl Held {
    /// Whether it stops every release of an app in an environment.
    pub fn stops(&self, of: &AppId, to: &EnvironmentId) -> bool {
        match self {
            Self::Environment { environment, app } => {
                environment == to && app.as_ref().is_none_or(|app| app == of)
            }
            Self::Automatic { .. } | Self::Build { .. } => false,
        }
    }

    /// Whether it stops any of them, be it only those that nobody asks for.
    pub fn stops_any(&self, of: &AppId, to: &EnvironmentId) -> bool {
        match self {
            Self::Automatic { app, environment } => app == of && environment == to,
            Self::Environment { .. } | Self::Build { .. } => self.stops(of, to),
        }
    }
}

/// A stop, in force until someone lifts it. What was lifted is in the audit log alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hold {
    /// What it stops.
    pub on: Held,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Actor,
    /// Since when.
    pub since: Timestamp,
}

//! Stopping an environment, and taking a build back.

use domain::{
    hold::{Held, Hold},
    id::{AppId, EnvironmentId},
};
use serde::{Deserialize, Serialize};

/// What somebody wants held.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HoldRequest {
    /// The environment.
    pub environment: EnvironmentId,
    /// Only this app's promotions; all apps' if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
    /// Why.
    pub reason: String,
}

/// What to lift.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Lift {
    /// What is held, as the hold says in `on`.
    pub on: Held,
    /// Why it is lifted.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A build that was withdrawn.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Withdrawn {
    /// Why, by whom and since when.
    pub hold: Hold,
    /// Whether it had been withdrawn before; that is then left as it was.
    pub already: bool,
}

//! Where somebody is signed in.

use domain::{Timestamp, id::SessionId};
use serde::{Deserialize, Serialize};

/// Someone's sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsView {
    /// The sessions, the one used last first.
    pub sessions: Vec<SessionView>,
}

/// Being signed in with one browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// Its identity.
    pub id: SessionId,
    /// The browser and the system that it runs on, as far as it says.
    pub device: String,
    /// The address that it signed in from, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When it began.
    pub began: Timestamp,
    /// When it was last seen, to within five minutes.
    pub seen: Timestamp,
    /// When it ends whatever happens.
    pub until: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// How many sessions were ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ended {
    /// How many.
    pub ended: usize,
}

/// Whose sessions to end, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EndAll {
    /// The person, as records name them: their address, or the issuer's name for them; or their identifier, the `person` of
    /// an audit entry.
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub person: String,
    /// Why.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 1000))]
    pub reason: Option<String>,
}

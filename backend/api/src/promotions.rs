//! Asking for a promotion or a rollback, and answering one.

use domain::{
    digest::Digest,
    id::{BuildId, EnvironmentId},
    promotion::Bypass,
};
use serde::{Deserialize, Serialize};

/// What somebody asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PromotionRequest {
    /// The build.
    pub build: BuildId,
    /// Where it is to be released.
    pub to: EnvironmentId,
    /// Why.
    pub reason: String,
    /// The gates to go past, and why; only in an emergency, and never forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypass: Option<Bypass>,
}

/// What somebody asks to go back to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RollbackRequest {
    /// The build; the one that the environment served before, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildId>,
    /// Why.
    pub reason: String,
    /// Whether the build that is left behind is withdrawn, before the earlier one is released.
    #[serde(default)]
    pub withdraw: bool,
    /// The gates to go past, and why; only in an emergency, and never forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypass: Option<Bypass>,
}

/// Somebody's agreement.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// The digest of the build that they looked at: `digest` of the promotion.
    pub digest: Digest,
    /// What they say to it.
    #[serde(default)]
    pub comment: Option<String>,
}

/// Why.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In a few words.
    pub reason: String,
}

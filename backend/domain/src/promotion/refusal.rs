//! Why a promotion is not even asked for, each reason with what would lift it.

use serde::{Deserialize, Serialize};

use crate::actor::Actor;

/// One reason why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refusal {
    /// What it is about.
    pub kind: RefusalKind,
    /// The field of the request that it concerns, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<RequestField>,
    /// What is in the way, for people.
    pub what: String,
    /// What would lift it.
    pub remedy: String,
    /// Whom the words name; no answer has it.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub by: Option<Box<Actor>>,
}

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The caller may not.
    Forbidden,
    /// There is no reason, or one that is too long.
    Reason,
    /// Gates cannot be gone past like that.
    Bypass,
    /// The app has no path.
    NoPath,
    /// The environment is not on the app's path.
    NotOnPath,
    /// The environment takes builds by promotion alone.
    NeedsPromotion,
    /// There is no such build.
    UnknownBuild,
    /// The build is withdrawn.
    Withdrawn,
    /// The build claims to be an Android app, and no device installs any of its packages.
    NotInstallable,
    /// Its packages are of another application, or signed by another key, than the environment's.
    OtherPackage,
    /// The environment is not next for this build, or not one to go back in.
    NotNext,
    /// The environment serves this build already.
    AlreadyThere,
    /// Another promotion to this environment has not ended.
    Busy,
    /// A hold is in force.
    Hold,
    /// A freeze window is open.
    Freeze,
    /// A gate does not let it through, and will not by waiting.
    Gate,
}

/// A field of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RequestField {
    /// The build.
    Build,
    /// Where to.
    To,
    /// Why.
    Reason,
    /// The gates to go past, and why.
    Bypass,
}

impl Refusal {
    pub(crate) fn new(
        kind: RefusalKind,
        field: impl Into<Option<RequestField>>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            field: field.into(),
            what: what.into(),
            remedy: remedy.into(),
            by: None,
        }
    }

    /// The same, whose words name somebody.
    #[must_use]
    pub(crate) fn naming(self, by: &Actor) -> Self {
        Self {
            by: Some(Box::new(by.clone())),
            ..self
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.what, self.remedy)
    }
}

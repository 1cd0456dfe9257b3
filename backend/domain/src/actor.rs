//! Who did something.

use serde::{Deserialize, Serialize};

/// A person or a system, as far as it has proved who it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// What kind of caller this is.
    pub kind: ActorKind,
    /// Its name within that kind: a pipeline's name, a person's address.
    pub name: String,
}

/// How an [`Actor`] came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ActorKind {
    /// The one user of a portal that listens on loopback only.
    Local,
    /// A pipeline's own job.
    Pipeline,
    /// The portal itself.
    Portal,
}

impl Actor {
    /// The user of a local portal.
    pub fn local() -> Self {
        Self {
            kind: ActorKind::Local,
            name: "local".to_owned(),
        }
    }

    /// A pipeline's job.
    pub fn pipeline(name: impl Into<String>) -> Self {
        Self {
            kind: ActorKind::Pipeline,
            name: name.into(),
        }
    }

    /// The portal itself, at what its own triggers ask of it.
    pub fn portal() -> Self {
        Self {
            kind: ActorKind::Portal,
            name: "portal".to_owned(),
        }
    }
}

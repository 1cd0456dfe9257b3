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
    /// The groups that its issuer vouches for now. They decide what it may do at this request, and no record keeps them.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub groups: Vec<String>,
}

/// How an [`Actor`] came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ActorKind {
    /// The one user of a portal that listens on loopback only.
    Local,
    /// Someone who signed in.
    Person,
    /// A pipeline's own job.
    Pipeline,
    /// The portal itself.
    Portal,
}

impl Actor {
    /// The user of a local portal.
    pub fn local() -> Self {
        Self::of(ActorKind::Local, "local")
    }

    /// Someone who signed in, with the groups that the issuer vouches for.
    pub fn person(name: impl Into<String>, groups: Vec<String>) -> Self {
        Self {
            groups,
            ..Self::of(ActorKind::Person, name)
        }
    }

    /// A pipeline's job.
    pub fn pipeline(name: impl Into<String>) -> Self {
        Self::of(ActorKind::Pipeline, name)
    }

    /// The portal itself, at what its own triggers ask of it.
    pub fn portal() -> Self {
        Self::of(ActorKind::Portal, "portal")
    }

    /// Whether both are the same person or system, whatever groups it has by now.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.name == other.name
    }

    fn of(kind: ActorKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            groups: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_keep_who_it_was_and_not_their_groups() {
        let ada = Actor::person("ada@example.com", vec!["wallet-leads".to_owned()]);
        assert_eq!(ada.kind, ActorKind::Person);
        assert_eq!(ada.groups, ["wallet-leads"]);
        assert!(ada.is_same_as(&Actor::person("ada@example.com", Vec::new())));
        assert!(!ada.is_same_as(&Actor::pipeline("ada@example.com")));
    }
}

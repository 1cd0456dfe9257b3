//! Who did something.

use serde::{Deserialize, Serialize};

use crate::{access::Permit, work::Work};

/// A person or a system, as far as it has proved who it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// What kind of caller this is.
    pub kind: ActorKind,
    /// Its name within that kind: a pipeline's name, a person's address, a token's owner and name.
    pub name: String,
    /// Whose token or share link it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub owner: Option<Box<Actor>>,
    /// The groups that its issuer vouches for now. They decide what it may do at this request, and no record keeps them.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub groups: Vec<String>,
    /// What it was permitted when it was made, for whatever is not a person. Kept with the token, the share link or the
    /// configuration that says so.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub permit: Option<Permit>,
    /// What its platform has proved of the job that it is, at this request.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub work: Option<Box<Work>>,
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
    /// Whoever holds an API token.
    Token,
    /// A job or a service that proved by its own platform what it is: a CI system's token, an AWS identity.
    Machine,
    /// Whoever holds a share link.
    Guest,
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

    /// Whoever holds the token `label` of `owner`.
    pub fn token(owner: Self, label: &str, permit: Permit) -> Self {
        Self {
            permit: Some(permit),
            ..Self::owned(ActorKind::Token, format!("{}/{label}", owner.name), owner)
        }
    }

    /// A job or a service that is configured by that name.
    pub fn machine(name: impl Into<String>, permit: Permit) -> Self {
        Self {
            permit: Some(permit),
            ..Self::of(ActorKind::Machine, name)
        }
    }

    /// The same, at work that its platform has proved.
    #[must_use]
    pub fn at_work(self, work: Work) -> Self {
        Self {
            work: Some(Box::new(work)),
            ..self
        }
    }

    /// Whoever holds a share link of `owner`.
    pub fn guest(owner: Self, permit: Permit) -> Self {
        let name = format!("guest of {}", owner.name);
        Self {
            permit: Some(permit),
            ..Self::owned(ActorKind::Guest, name, owner)
        }
    }

    /// Whether both are the same person or system, whatever groups it has by now. A token is its owner: nobody becomes two
    /// people by making one. Issuers do not agree on capitals in addresses, so they make no difference.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let (this, other) = (self.responsible(), other.responsible());
        this.kind == other.kind && this.name.eq_ignore_ascii_case(&other.name)
    }

    /// Whether a person answers for what it does: of a token, its owner.
    pub fn is_a_person(&self) -> bool {
        match self.responsible().kind {
            ActorKind::Local | ActorKind::Person => true,
            ActorKind::Pipeline
            | ActorKind::Portal
            | ActorKind::Token
            | ActorKind::Machine
            | ActorKind::Guest => false,
        }
    }

    /// Who answers for what it does.
    fn responsible(&self) -> &Self {
        self.owner.as_deref().unwrap_or(self)
    }

    fn owned(kind: ActorKind, name: String, owner: Self) -> Self {
        Self {
            owner: Some(Box::new(owner)),
            ..Self::of(kind, name)
        }
    }

    fn of(kind: ActorKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            owner: None,
            groups: Vec::new(),
            permit: None,
            work: None,
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

    #[test]
    fn a_token_is_its_owner_and_records_say_whose_it_is() {
        let ada = Actor::person("ada@example.com", vec!["wallet-leads".to_owned()]);
        let token = Actor::token(ada, "ci", Permit::all(Vec::new()));
        assert!(token.is_same_as(&Actor::person("Ada@example.com", Vec::new())));
        assert!(!token.is_same_as(&Actor::person("bob@example.com", Vec::new())));
        assert!(token.is_a_person() && !Actor::pipeline("wallet").is_a_person());
        let machine = Actor::machine("ci", Permit::all(Vec::new()));
        assert!(!machine.is_a_person() && !Actor::portal().is_a_person());
        assert!(!Actor::token(machine, "ci", Permit::all(Vec::new())).is_a_person());
        let kept = serde_json::to_string(&token).unwrap();
        let owner = r#"{"kind":"person","name":"ada@example.com"}"#;
        let expected = format!(r#"{{"kind":"token","name":"ada@example.com/ci","owner":{owner}}}"#);
        assert_eq!(kept, expected);
    }
}

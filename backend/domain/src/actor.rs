//! Who did something.

use serde::{Deserialize, Serialize};

use crate::{access::Permit, id::PersonId, work::Work};

/// A person or a system, as far as it has proved who it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// What kind of caller this is.
    pub kind: ActorKind,
    /// Its name within that kind: a pipeline's name, a person's address, a token's owner and name.
    pub name: String,
    /// Which person it is. An address can change hands, and a person can change their address: this stays. Records of before
    /// this was kept have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
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
    /// Anyone who holds an API token.
    Token,
    /// A job or a service that proved by its own platform what it is: a CI system's token, an AWS identity.
    Machine,
    /// Anyone who holds a share link.
    Guest,
}

impl Actor {
    /// The user of a local portal.
    pub fn local() -> Self {
        Self::of(ActorKind::Local, "local")
    }

    /// Someone who signed in, with the groups that the issuer vouches for.
    pub fn person(person: PersonId, name: impl Into<String>, groups: Vec<String>) -> Self {
        Self {
            person: Some(person),
            groups,
            ..Self::of(ActorKind::Person, name)
        }
    }

    /// Someone of that name at an issuer of the tests.
    #[cfg(test)]
    pub(crate) fn named(name: &str, groups: Vec<String>) -> Self {
        Self::person(PersonId::of("https://issuer.example", name), name, groups)
    }

    /// Anyone who is in these groups, for saying what they may do.
    pub fn anyone_in(groups: Vec<String>) -> Self {
        Self {
            groups,
            ..Self::of(ActorKind::Person, "someone")
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

    /// Anyone who holds the token `label` of `owner`.
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

    /// Anyone who holds a share link of `owner`.
    pub fn guest(owner: Self, permit: Permit) -> Self {
        let name = format!("guest of {}", owner.name);
        Self {
            permit: Some(permit),
            ..Self::owned(ActorKind::Guest, name, owner)
        }
    }

    /// Whether both are the same person or system, whatever groups or address it has by now. A token is its owner: nobody
    /// becomes two people by making one. Where a record does not say which person it is, names are compared, in which
    /// issuers do not agree on capitals.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let (this, other) = (self.responsible(), other.responsible());
        this.kind == other.kind
            && match (&this.person, &other.person) {
                (Some(this), Some(other)) => this == other,
                (None, _) | (_, None) => this.name.eq_ignore_ascii_case(&other.name),
            }
    }

    /// Whether a person answers for what it does, and it is known which: of a token, its owner. A record that gives only an
    /// address may be of anybody who had it.
    pub fn is_a_person(&self) -> bool {
        let responsible = self.responsible();
        match responsible.kind {
            ActorKind::Local => true,
            ActorKind::Person => responsible.person.is_some(),
            ActorKind::Pipeline
            | ActorKind::Portal
            | ActorKind::Token
            | ActorKind::Machine
            | ActorKind::Guest => false,
        }
    }

    /// Who answers for what it does.
    pub fn responsible(&self) -> &Self {
        self.owner.as_deref().unwrap_or(self)
    }

    /// Whose its uploads are: of the workload that proves its run, or of the caller that claims it. A token's are its owner's.
    pub fn owner_of_uploads(&self) -> String {
        if self.work.as_ref().is_some_and(|work| work.run.is_some()) {
            return format!("workload {}", self.name);
        }
        let Self {
            kind, name, person, ..
        } = self.responsible();
        match person {
            Some(person) => format!("{kind:?} {person}"),
            None => format!("{kind:?} {}", name.to_ascii_lowercase()),
        }
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
            person: None,
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

    fn person(name: &str, subject: &str) -> Actor {
        let id = PersonId::of("https://issuer.example", subject);
        Actor::person(id, name, vec!["wallet-leads".to_owned()])
    }

    /// As records of before kept them.
    fn address(name: &str) -> Actor {
        Actor::of(ActorKind::Person, name)
    }

    #[test]
    fn records_keep_who_it_was_and_not_their_groups() {
        let ada = person("ada@example.com", "s-1");
        let kept = serde_json::to_string(&ada).unwrap();
        let id = PersonId::of("https://issuer.example", "s-1");
        assert_eq!(
            kept,
            format!(r#"{{"kind":"person","name":"ada@example.com","person":"{id}"}}"#)
        );
        let read: Actor = serde_json::from_str(&kept).unwrap();
        assert!(read.groups.is_empty() && read.is_same_as(&ada));
        assert!(!ada.is_same_as(&Actor::pipeline("ada@example.com")));
    }

    #[test]
    fn a_person_is_who_the_issuer_means_and_not_an_address() {
        let ada = person("ada@example.com", "s-1");
        assert!(ada.is_same_as(&person("ada+2@example.com", "s-1")));
        assert!(!ada.is_same_as(&person("ada@example.com", "s-2")));
        let elsewhere = PersonId::of("https://other.example", "s-1");
        let elsewhere = Actor::person(elsewhere, "ada@example.com", Vec::new());
        assert!(!ada.is_same_as(&elsewhere));
        // A subject is not read without regard to capitals.
        assert!(!ada.is_same_as(&person("ada@example.com", "S-1")));
    }

    #[test]
    fn a_record_that_gives_only_an_address_is_of_whoever_has_it_and_of_nobody_certain() {
        let before = address("Ada@example.com");
        assert!(before.is_same_as(&person("ada@example.com", "s-1")));
        assert!(!before.is_same_as(&person("bob@example.com", "s-1")));
        assert!(!before.is_a_person());
        let token = Actor::token(before, "ci", Permit::all(Vec::new()));
        assert!(!token.is_a_person());
    }

    #[test]
    fn a_token_is_its_owner_and_records_say_whose_it_is() {
        let ada = person("ada@example.com", "s-1");
        let token = Actor::token(ada.clone(), "ci", Permit::all(Vec::new()));
        assert!(token.is_same_as(&person("ada+2@example.com", "s-1")));
        assert!(!token.is_same_as(&person("ada@example.com", "s-2")));
        assert!(token.is_a_person() && !Actor::pipeline("wallet").is_a_person());
        let machine = Actor::machine("ci", Permit::all(Vec::new()));
        assert!(!machine.is_a_person() && !Actor::portal().is_a_person());
        assert!(!Actor::token(machine, "ci", Permit::all(Vec::new())).is_a_person());
        let kept = serde_json::to_string(&token).unwrap();
        let owner = serde_json::to_string(&ada).unwrap();
        let expected = format!(r#"{{"kind":"token","name":"ada@example.com/ci","owner":{owner}}}"#);
        assert_eq!(kept, expected);
    }
}

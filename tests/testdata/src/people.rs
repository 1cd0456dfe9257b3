//! Who is in the tests, and the names of what they work with.

use domain::{
    access::{Grant, Role, Scope},
    actor::Actor,
    id::{AppId, EnvironmentId, PersonId},
};

/// The issuer that vouches for people.
pub const ISSUER: &str = "https://issuer.example.com";

/// Somebody of that name, in one group.
pub fn person(name: &str, group: &str) -> Actor {
    member(format!("{name}@example.com"), vec![group.to_owned()])
}

/// Somebody who has always had that address.
pub fn member(address: impl Into<String>, groups: Vec<String>) -> Actor {
    let address = address.into();
    Actor::person(person_id(&address), address, groups)
}

/// Who has always had that address, in capitals or not.
pub fn person_id(address: &str) -> PersonId {
    PersonId::of(ISSUER, &address.to_ascii_lowercase())
}

/// A release manager, who is asked for no approval.
pub fn ada() -> Actor {
    person("ada", "managers")
}

/// A lead, whose approval prod asks for.
pub fn bob() -> Actor {
    person("bob", "leads")
}

/// A tester.
pub fn tom() -> Actor {
    person("tom", "testers")
}

/// An administrator of everything.
pub fn admin() -> Actor {
    person("admin", "admins")
}

/// The one user of a local portal.
pub fn me() -> Actor {
    Actor::local()
}

/// The app of most tests.
pub fn wallet() -> AppId {
    "wallet".parse().unwrap()
}

/// Where its builds are released first.
pub fn dev() -> EnvironmentId {
    "dev".parse().unwrap()
}

/// Where they go next.
pub fn preprod() -> EnvironmentId {
    "preprod".parse().unwrap()
}

/// Where they are to end.
pub fn prod() -> EnvironmentId {
    "prod".parse().unwrap()
}

/// Each role to the group of its name, for wallet and in dev, and `admin` to `admins`, for everything.
pub fn by_role() -> Vec<Grant> {
    let in_dev = |role: Role| Grant {
        role,
        groups: vec![role.to_string()],
        apps: Scope::Only(vec![wallet()]),
        environments: Scope::Only(vec![dev()]),
    };
    let roles = Role::ALL.into_iter().map(in_dev);
    roles.chain([everywhere(Role::Admin, "admins")]).collect()
}

/// Ada's, Bob's and Tom's roles, and that of `auditors`, in every environment.
pub fn by_name() -> Vec<Grant> {
    vec![
        everywhere(Role::ReleaseManager, "managers"),
        everywhere(Role::ReleaseManager, "leads"),
        everywhere(Role::Tester, "testers"),
        everywhere(Role::Auditor, "auditors"),
    ]
}

fn everywhere(role: Role, group: &str) -> Grant {
    Grant {
        role,
        groups: vec![group.to_owned()],
        apps: Scope::All,
        environments: Scope::All,
    }
}

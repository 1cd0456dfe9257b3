//! Who someone is, what they may do, and how a portal is set up.

use domain::{
    access::{Grant, Permission, Permit, Role, Scope, rights, roles},
    actor::Actor,
    catalog::Catalog,
    view::Me,
};

use super::{app, environments};

pub(crate) fn catalog() -> Catalog {
    Catalog {
        apps: vec![app("journal"), app("apidemos"), app("compass")],
        environments: environments(),
        ..Catalog::default()
    }
}

pub(crate) fn grants() -> Vec<Grant> {
    let grant =
        |role, groups: &[&str], apps: Option<&[&str]>, environments: Option<&[&str]>| Grant {
            role,
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            apps: Scope::from(apps.map(|ids| ids.iter().map(|id| id.parse().unwrap()).collect())),
            environments: Scope::from(
                environments.map(|ids| ids.iter().map(|id| id.parse().unwrap()).collect()),
            ),
        };
    vec![
        grant(Role::Viewer, &["everyone"], None, None),
        grant(
            Role::Developer,
            &["journal-developers", "ada@example.com"],
            Some(&["journal"]),
            Some(&["dev"]),
        ),
        grant(
            Role::ReleaseManager,
            &["journal-leads"],
            Some(&["journal"]),
            Some(&["preprod", "prod"]),
        ),
        grant(Role::Admin, &["admins"], None, None),
    ]
}

fn me(actor: Actor, proof: &str, groups: &[&str]) -> Me {
    Me {
        proof: proof.to_owned(),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        permit: actor.permit.clone(),
        roles: roles(&actor, &grants()),
        may: rights(&actor, &grants(), &catalog()),
        environments: environments(),
        actor,
    }
}

fn person(groups: &[&str]) -> Me {
    let held = groups.iter().map(|group| (*group).to_owned()).collect();
    let ada = Actor::person("ada@example.com", held);
    me(ada, "session of https://issuer.example", groups)
}

/// Someone with three roles.
pub(crate) fn ada() -> Me {
    person(&["everyone", "ada@example.com", "journal-leads"])
}

/// Someone without a role.
pub(crate) fn nobody() -> Me {
    person(&[])
}

/// The user of a local portal.
pub(crate) fn local() -> Me {
    me(Actor::local(), "local", &[])
}

/// A token of someone with three roles.
pub(crate) fn token() -> Me {
    let owner = ada();
    let permit = Permit::all(vec![Permission::View, Permission::Download]);
    let token = Actor::token(owner.actor, "ci", permit);
    me(token, "token", &["everyone"])
}

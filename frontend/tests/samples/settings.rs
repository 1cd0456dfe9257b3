//! Who someone is, what they may do, and how a portal is set up.

use domain::{
    access::{Grant, HeldRole, Permission, Permit, Role, Scope, rights, roles},
    actor::Actor,
    catalog::Catalog,
    digest::Digest,
    page::Limit,
    view::{
        AccessView, Approvers, AskedAbout, ConfigurationView, Me, PathStepView, PathView,
        PipelineView, SignInView,
    },
};
use frontend::pages::settings::sessions::SessionLine;

use super::{app, before, environments};

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
        may: rights(&actor, &grants(), &catalog(), Limit::APPS, None),
        environments: environments(),
        actor,
    }
}

fn person(groups: &[&str]) -> Me {
    let held = groups.iter().map(|group| (*group).to_owned()).collect();
    let ada = super::person("ada@example.com", held);
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

/// Every role, and what is asked about someone.
pub(crate) fn access(groups: &[&str]) -> AccessView {
    let held: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
    let someone = Actor::anyone_in(held.clone());
    let asked = AskedAbout {
        groups: held,
        roles: roles(&someone, &grants()),
        may: rights(&someone, &grants(), &catalog(), Limit::APPS, None),
    };
    AccessView {
        roles: (1..)
            .zip(&grants())
            .map(|(entry, grant)| HeldRole::of(entry, grant))
            .collect(),
        approvers: vec![Approvers {
            apps: Vec::new(),
            environment: "prod".parse().unwrap(),
            count: 2,
            groups: vec!["journal-leads".to_owned(), "qa <b>".to_owned()],
        }],
        environments: environments(),
        asked: (!groups.is_empty()).then_some(asked),
    }
}

/// A deployment with a path.
pub(crate) fn configuration() -> ConfigurationView {
    let step = |environment: &str, gates: &[&str], automatic| PathStepView {
        environment: environment.parse().unwrap(),
        gates: gates.iter().map(|gate| (*gate).to_owned()).collect(),
        automatic,
        target: "the portal records the release".to_owned(),
        expires_after: "3 d".to_owned(),
        approvals_expire: Some("7 d".to_owned()),
        rollback_gates: None,
    };
    ConfigurationView {
        home: Some("prod".parse().unwrap()),
        region: "eu-west-1".to_owned(),
        public_url: Some("https://releases.example.com/".to_owned()),
        digest: Some(Digest::of(b"towpath.toml")),
        sign_in: Some(SignInView {
            issuer: "https://issuer.example".to_owned(),
            client_id: "towpath".to_owned(),
            idle_hours: 8,
            lifetime_hours: 24,
        }),
        apps: catalog().apps,
        environments: environments(),
        pipelines: vec![PipelineView {
            source: "codepipeline".to_owned(),
            name: "journal-dev".to_owned(),
            account: Some("123456789012".to_owned()),
            region: None,
            app: "journal".parse().unwrap(),
            environment: "dev".parse().unwrap(),
        }],
        paths: vec![PathView {
            apps: Vec::new(),
            steps: vec![
                step("dev", &[], false),
                step(
                    "preprod",
                    &["Smoke test has succeeded for this build"],
                    true,
                ),
                PathStepView {
                    rollback_gates: Some(vec!["approvals".to_owned()]),
                    ..step(
                        "prod",
                        &[
                            "2 approvals from journal-leads",
                            "the build was current in the environment before for 1 d",
                        ],
                        false,
                    )
                },
            ],
        }],
        roles: 4,
    }
}

/// A local portal without anything.
pub(crate) fn bare_configuration() -> ConfigurationView {
    ConfigurationView {
        home: None,
        sign_in: None,
        pipelines: Vec::new(),
        paths: Vec::new(),
        ..configuration()
    }
}

/// Three browsers.
pub(crate) fn sessions() -> Vec<SessionLine> {
    let session = |number: u32, device: &str, address: Option<&str>, seen, current| SessionLine {
        id: format!("01KAF{number:021}").parse().unwrap(),
        device: device.to_owned(),
        address: address.map(str::to_owned),
        began: before(7_200),
        seen: before(seen),
        until: before(7_200 - 86_400),
        current,
    };
    vec![
        session(1, "Firefox on Linux", Some("192.0.2.7"), 30, true),
        session(
            2,
            "Chrome on Android",
            Some("198.51.100.4, 192.0.2.9"),
            900,
            false,
        ),
        session(
            3,
            "a browser that does not say what it is",
            None,
            5_400,
            false,
        ),
    ]
}

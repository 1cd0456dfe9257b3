//! What someone may do where, all of it, and through which grant: what people are shown of [`explain`].

use serde::{Deserialize, Serialize};

use super::{Action, Grant, Reason, Role, Scope, explain};
use crate::{
    actor::{Actor, ActorKind},
    catalog::{App, Catalog},
    id::{AppId, EnvironmentId},
    page::{Cursor, Limit},
};

/// Something that people and programs may do here, by the name that pages and the API give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Ability {
    /// See an app's builds, runs and releases.
    View,
    /// Download the builds that are in an environment.
    Download,
    /// Give links to them to people without an account.
    Share,
    /// Register builds and release them there, where that needs no promotion.
    Register,
    /// Ask for promotions into it, and rollbacks.
    Promote,
    /// Approve promotions into it.
    Approve,
    /// Hold releases into it, and lift holds.
    Hold,
    /// Release there against the gates, in an emergency.
    BreakGlass,
    /// Withdraw an app's builds, and restore them.
    Withdraw,
    /// See who downloaded what of an app.
    ViewDownloads,
    /// See runs that no app claims.
    ViewUnassigned,
    /// Report what the pipelines do that feed it.
    RecordEvents,
    /// Read the audit log.
    ViewAudit,
    /// Make API tokens for oneself.
    MakeTokens,
    /// End other people's tokens, share links and sessions.
    ManageCredentials,
    /// Export what is kept of a person, and erase their name.
    ManagePrivacy,
    /// See who may do what.
    ViewAccess,
    /// See the configuration.
    ViewConfiguration,
}

/// A role that someone has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeldRole {
    /// Its place among the `[[roles]]` of `towpath.toml`, from 1.
    pub entry: usize,
    /// The role.
    pub role: Role,
    /// The groups through which they have it.
    pub groups: Vec<String>,
    /// The apps that it is for; left out, all.
    #[serde(default, skip_serializing_if = "Scope::is_all")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<AppId>>))]
    pub apps: Scope<AppId>,
    /// The environments where it may change something; left out, all.
    #[serde(default, skip_serializing_if = "Scope::is_all")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<EnvironmentId>>))]
    pub environments: Scope<EnvironmentId>,
}

/// Everything that someone may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rights {
    /// Each app that they may see; of many, a page of them.
    pub apps: Vec<AppRights>,
    /// Where the next page of apps starts; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
    /// What they may do beyond apps.
    pub beyond: Vec<Right>,
}

/// Everything that someone may do with an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppRights {
    /// The app.
    pub app: App,
    /// What they may do with it wherever it is.
    pub everywhere: Vec<Right>,
    /// What they may do in each environment.
    pub environments: Vec<PlaceRights>,
}

/// Everything that someone may do with an app in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceRights {
    /// The environment.
    pub environment: EnvironmentId,
    /// What they may do there.
    pub may: Vec<Right>,
}

/// One thing that someone may do, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Right {
    /// What.
    pub what: Ability,
    /// The roles that it comes from, each by its `entry`. None where nobody needs a role: on a local portal, for a workload.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<usize>,
    /// The groups of theirs that a gate asks for approval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<String>,
}

/// The roles that `actor` has, and the owner of a token or a share link.
pub fn roles(actor: &Actor, grants: &[Grant]) -> Vec<HeldRole> {
    let person = actor.owner.as_deref().unwrap_or(actor);
    let entries = (1..).zip(grants);
    entries
        .filter(|(_, grant)| grant.is_held_by(person))
        .map(|(entry, grant)| HeldRole {
            groups: owned(&grant.groups_of(person)),
            ..HeldRole::of(entry, grant)
        })
        .collect()
}

/// Everything that `actor` may do with a page of the apps and in the environments of `catalog`.
pub fn rights(
    actor: &Actor,
    grants: &[Grant],
    catalog: &Catalog,
    limit: Limit,
    cursor: Option<&Cursor>,
) -> Rights {
    let asked = Asked {
        actor,
        grants,
        catalog,
    };
    let beyond = [
        (Ability::ViewUnassigned, Action::ViewUnassigned),
        (Ability::ViewAudit, Action::ViewAudit),
        (Ability::MakeTokens, Action::MakeTokens),
        (Ability::ManageCredentials, Action::ManageCredentials),
        (Ability::ManagePrivacy, Action::ManagePrivacy),
        (Ability::ViewAccess, Action::ViewAccess),
        (Ability::ViewConfiguration, Action::ViewConfiguration),
    ];
    let is_shown = |app: &App| asked.one(Ability::View, Action::ViewApp(&app.id)).is_some();
    let page = catalog.page_of_apps(is_shown, limit, cursor);
    let apps = page.apps.into_iter();
    Rights {
        apps: apps.filter_map(|app| asked.app(app)).collect(),
        next: page.next,
        beyond: asked.each(&beyond),
    }
}

/// Whose rights are asked for.
struct Asked<'a> {
    actor: &'a Actor,
    grants: &'a [Grant],
    catalog: &'a Catalog,
}

impl Asked<'_> {
    fn app(&self, app: &App) -> Option<AppRights> {
        let id = &app.id;
        let view = self.one(Ability::View, Action::ViewApp(id))?;
        let more = [(Ability::ViewDownloads, Action::ViewDownloads(id))];
        let environments = self.catalog.environments.iter();
        Some(AppRights {
            app: app.clone(),
            everywhere: std::iter::once(view).chain(self.each(&more)).collect(),
            environments: environments
                .map(|environment| self.place(id, &environment.id))
                .collect(),
        })
    }

    fn place(&self, app: &AppId, environment: &EnvironmentId) -> PlaceRights {
        let environments = std::slice::from_ref(environment);
        let all = [
            (Ability::Download, Action::Download { app, environments }),
            (Ability::Share, Action::Share { app, environments }),
            (
                Ability::Register,
                Action::Register {
                    app,
                    environment: Some(environment),
                },
            ),
            (Ability::Promote, Action::Promote { app, environment }),
            (
                Ability::Hold,
                Action::Hold {
                    app: Some(app),
                    environment,
                },
            ),
            (
                Ability::Withdraw,
                Action::Withdraw {
                    app,
                    environment: Some(environment),
                },
            ),
            (Ability::BreakGlass, Action::BreakGlass { app, environment }),
            (
                Ability::RecordEvents,
                Action::RecordRun { app, environment },
            ),
        ];
        let mut may = self.each(&all);
        may.extend(self.approve(app, environment));
        PlaceRights {
            environment: environment.clone(),
            may,
        }
    }

    fn each(&self, all: &[(Ability, Action<'_>)]) -> Vec<Right> {
        let all = all.iter();
        all.filter_map(|(what, action)| self.one(*what, *action))
            .collect()
    }

    fn one(&self, what: Ability, action: Action<'_>) -> Option<Right> {
        let reasons = explain(self.actor, self.grants, action);
        let entries = reasons.iter().filter_map(|reason| match reason {
            Reason::Grant { place, .. } => Some(place + 1),
            Reason::Local | Reason::Gate | Reason::Permit | Reason::Trigger => None,
        });
        (!reasons.is_empty()).then(|| Right {
            what,
            roles: entries.collect(),
            named: Vec::new(),
        })
    }

    /// Approving is for people whom a gate of the app's path names, whatever their role.
    fn approve(&self, app: &AppId, environment: &EnvironmentId) -> Option<Right> {
        if self.actor.kind != ActorKind::Person {
            return None;
        }
        let action = Action::Approve { app, environment };
        if explain(self.actor, self.grants, action).is_empty() {
            return None;
        }
        let steps = self.catalog.path(app)?.steps.iter();
        let rules = steps
            .filter(|step| step.environment == *environment)
            .flat_map(|step| &step.gates.approvals);
        let mut named: Vec<String> = Vec::new();
        for group in rules.flat_map(|rule| &rule.groups) {
            if self.actor.groups.contains(group) && !named.contains(group) {
                named.push(group.clone());
            }
        }
        (!named.is_empty()).then(|| Right {
            what: Ability::Approve,
            roles: Vec::new(),
            named,
        })
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

impl HeldRole {
    /// A `[[roles]]` with all its groups; `entry` counts from 1.
    pub fn of(entry: usize, grant: &Grant) -> Self {
        Self {
            entry,
            role: grant.role,
            groups: grant.groups.clone(),
            apps: grant.apps.clone(),
            environments: grant.environments.clone(),
        }
    }
}

impl Ability {
    /// What may be done in an environment, in the order that pages show it.
    pub const IN_ENVIRONMENTS: [Self; 8] = [
        Self::Download,
        Self::Share,
        Self::Register,
        Self::Promote,
        Self::Approve,
        Self::Hold,
        Self::BreakGlass,
        Self::RecordEvents,
    ];

    /// What this is, in a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::View => "see it",
            Self::Download => "download",
            Self::Share => "share links",
            Self::Register => "register builds",
            Self::Promote => "promote, roll back",
            Self::Approve => "approve",
            Self::Hold => "hold, lift",
            Self::BreakGlass => "break the glass",
            Self::Withdraw => "withdraw builds",
            Self::ViewDownloads => "see who downloads",
            Self::ViewUnassigned => "see runs that no app claims",
            Self::RecordEvents => "record events",
            Self::ViewAudit => "read the audit log",
            Self::MakeTokens => "make API tokens",
            Self::ManageCredentials => "end other people's tokens, share links and sessions",
            Self::ManagePrivacy => "export and erase what is kept of a person",
            Self::ViewAccess => "see who may do what",
            Self::ViewConfiguration => "see the configuration",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{
        access::{Permission, Permit},
        catalog::Environment,
        path::{ApprovalRule, Gates, Path, PathStep, Target},
    };

    fn catalog() -> Catalog {
        let app = |id: &str| App {
            id: id.parse().unwrap(),
            name: id.to_owned(),
        };
        let environment = |id: &str| Environment {
            id: id.parse().unwrap(),
            name: id.to_owned(),
            colour: "#2e7d32".to_owned(),
        };
        let asks = ApprovalRule {
            count: 1,
            groups: vec!["leads".to_owned(), "testers".to_owned()],
        };
        Catalog {
            apps: vec![app("wallet"), app("shop")],
            environments: vec![environment("dev"), environment("prod")],
            feeds: Vec::new(),
            paths: vec![Path {
                apps: Vec::new(),
                steps: vec![PathStep {
                    environment: "prod".parse().unwrap(),
                    gates: Gates {
                        approvals: vec![asks],
                        ..Gates::default()
                    },
                    automatic: false,
                    target: Target::Portal(None),
                    expires_after: SignedDuration::from_hours(24),
                    approvals_expire: PathStep::APPROVALS_EXPIRE,
                    timeouts: crate::path::Timeouts::default(),
                    rollback_gates: None,
                }],
            }],
            packages: Vec::new(),
        }
    }

    fn grants() -> Vec<Grant> {
        let grant = |role, group: &str, environments: Option<&str>| Grant {
            role,
            groups: vec![group.to_owned(), "unused".to_owned()],
            apps: Scope::Only(vec!["wallet".parse().unwrap()]),
            environments: Scope::from(environments.map(|id| vec![id.parse().unwrap()])),
        };
        vec![
            grant(Role::Viewer, "everyone", None),
            grant(Role::Tester, "testers", Some("dev")),
            grant(Role::Developer, "developers", Some("dev")),
        ]
    }

    fn person(groups: &[&str]) -> Actor {
        let groups = owned(groups);
        Actor::named("ada@example.com", groups)
    }

    fn of(may: &[Right], what: Ability) -> Option<&Right> {
        may.iter().find(|right| right.what == what)
    }

    #[test]
    fn each_right_names_all_roles_that_it_comes_from() {
        let ada = person(&["developers", "testers", "no-role"]);
        let rights = rights(&ada, &grants(), &catalog(), Limit::APPS, None);
        let [wallet] = rights.apps.as_slice() else {
            panic!("{rights:?}")
        };
        assert_eq!(of(&wallet.everywhere, Ability::View).unwrap().roles, [2, 3]);
        let [dev, prod] = wallet.environments.as_slice() else {
            panic!("{wallet:?}")
        };
        assert_eq!(of(&dev.may, Ability::Download).unwrap().roles, [2, 3]);
        assert_eq!(of(&dev.may, Ability::Register).unwrap().roles, [3]);
        assert_eq!(of(&prod.may, Ability::Download).unwrap().roles, [3]);
        assert_eq!(of(&prod.may, Ability::Register), None);
        let entries: Vec<_> = roles(&ada, &grants())
            .into_iter()
            .map(|role| (role.entry, role.groups))
            .collect();
        let of = |group: &str| vec![group.to_owned()];
        assert_eq!(entries, [(2, of("testers")), (3, of("developers"))]);
    }

    #[test]
    fn approving_is_for_whom_a_gate_names() {
        let rights = rights(
            &person(&["testers"]),
            &grants(),
            &catalog(),
            Limit::APPS,
            None,
        );
        let [dev, prod] = rights.apps[0].environments.as_slice() else {
            panic!("{rights:?}")
        };
        assert_eq!(of(&prod.may, Ability::Approve).unwrap().named, ["testers"]);
        assert_eq!(of(&dev.may, Ability::Approve), None);
        // Anyone who may not see the app is asked in vain.
        let leads = super::rights(
            &person(&["leads"]),
            &grants(),
            &catalog(),
            Limit::APPS,
            None,
        );
        assert_eq!(leads, Rights::default());
    }

    #[test]
    fn a_token_has_its_owners_roles_and_no_more_than_its_permit() {
        let permit = Permit::all(vec![Permission::Download]);
        let token = Actor::token(person(&["developers", "testers"]), "ci", permit);
        let rights = rights(&token, &grants(), &catalog(), Limit::APPS, None);
        let dev = &rights.apps[0].environments[0];
        assert_eq!(of(&dev.may, Ability::Download).unwrap().roles, [2, 3]);
        assert_eq!(of(&dev.may, Ability::Register), None);
        assert_eq!(roles(&token, &grants()).len(), 2);
    }

    #[test]
    fn on_a_local_portal_nobody_needs_a_role() {
        let rights = rights(&Actor::local(), &[], &catalog(), Limit::APPS, None);
        assert_eq!(rights.apps.len(), 2);
        let promote = of(&rights.apps[1].environments[1].may, Ability::Promote);
        assert_eq!(promote.unwrap().roles, Vec::<usize>::new());
    }
}

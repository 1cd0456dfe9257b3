//! Why someone may do something: what [`decide`](super::decide) says, with all that it rests on.

use super::{Action, Decision, Grant, decide};
use crate::actor::{Actor, ActorKind};

/// What it rests on that an actor may do something. There can be several reasons, and taking one away leaves the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason<'a> {
    /// A local portal has one user, who may do everything.
    Local,
    /// A grant that the actor, or its owner, has through these groups.
    Grant {
        /// Its place among all grants, from 0.
        place: usize,
        /// The grant.
        grant: &'a Grant,
        /// The groups.
        groups: Vec<&'a str>,
    },
    /// Anyone who sees an app may answer where a gate names a group of theirs.
    Gate,
    /// The configuration permits it to this machine.
    Permit,
    /// It is what pipelines' jobs and the portal's own triggers do.
    Trigger,
}

/// Everything that lets `actor` do `action`; nothing if it may not.
pub fn explain<'a>(actor: &'a Actor, grants: &'a [Grant], action: Action<'_>) -> Vec<Reason<'a>> {
    if decide(actor, grants, action) != Decision::Allowed {
        return Vec::new();
    }
    match actor.kind {
        ActorKind::Local => vec![Reason::Local],
        ActorKind::Pipeline | ActorKind::Portal => vec![Reason::Trigger],
        ActorKind::Machine => vec![Reason::Permit],
        ActorKind::Person => of_person(actor, grants, action),
        ActorKind::Token => of_owner(actor, grants, action),
        ActorKind::Guest => of_owner(actor, grants, action.as_shared()),
    }
}

fn of_person<'a>(actor: &'a Actor, grants: &'a [Grant], action: Action<'_>) -> Vec<Reason<'a>> {
    let places = grants.iter().enumerate();
    let reasons: Vec<_> = places
        .filter(|(_, grant)| grant.is_held_by(actor) && grant.allows(action))
        .map(|(place, grant)| Reason::Grant {
            place,
            grant,
            groups: grant.groups_of(actor),
        })
        .collect();
    match action {
        Action::Approve { .. } if reasons.is_empty() => vec![Reason::Gate],
        _ => reasons,
    }
}

fn of_owner<'a>(actor: &'a Actor, grants: &'a [Grant], action: Action<'_>) -> Vec<Reason<'a>> {
    let owner = actor.owner.as_deref();
    owner.map_or_else(Vec::new, |owner| explain(owner, grants, action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::{Permission, Permit, Role, Scope},
        id::{AppId, EnvironmentId},
    };

    const APPS: [&str; 2] = ["wallet", "shop"];
    const ENVIRONMENTS: [&str; 2] = ["dev", "prod"];

    /// Every action on every app, in every environment.
    fn actions<'a>(apps: &'a [AppId], environments: &'a [EnvironmentId]) -> Vec<Action<'a>> {
        let mut all = vec![
            Action::ViewOverview,
            Action::ViewUnassigned,
            Action::ViewRun,
            Action::RecordEvents,
            Action::RecordUnassigned,
            Action::RegisterUploads,
            Action::Sweep,
            Action::ViewAudit,
            Action::MakeTokens,
            Action::ManageCredentials,
            Action::ManagePrivacy,
            Action::ViewAccess,
            Action::ViewConfiguration,
            Action::SealAudit,
            Action::Reconcile,
        ];
        for app in apps {
            all.extend([
                Action::ViewApp(app),
                Action::ViewDownloads(app),
                Action::Withdraw {
                    app,
                    environment: None,
                },
                Action::Register {
                    app,
                    environment: None,
                },
            ]);
            for one in environments.chunks(1) {
                let environment = &one[0];
                all.extend([
                    Action::Download {
                        app,
                        environments: one,
                    },
                    Action::Share {
                        app,
                        environments: one,
                    },
                    Action::Register {
                        app,
                        environment: Some(environment),
                    },
                    Action::Withdraw {
                        app,
                        environment: Some(environment),
                    },
                    Action::Promote { app, environment },
                    Action::Approve { app, environment },
                    Action::BreakGlass { app, environment },
                    Action::Hold {
                        app: Some(app),
                        environment,
                    },
                    Action::Hold {
                        app: None,
                        environment,
                    },
                ]);
            }
        }
        all
    }

    /// Every role: for one app or all, in one environment or all.
    fn grants() -> Vec<Grant> {
        let mut all = Vec::new();
        for role in Role::ALL {
            for (app, environment) in [(true, true), (true, false), (false, true), (false, false)] {
                let only = |named: bool, id: &str| named.then(|| vec![id.parse().unwrap()]);
                let place = |named: bool, id: &str| named.then(|| vec![id.parse().unwrap()]);
                all.push(Grant {
                    role,
                    groups: vec![format!("{role}-{app}-{environment}"), "all".to_owned()],
                    apps: Scope::from(only(app, "wallet")),
                    environments: Scope::from(place(environment, "dev")),
                });
            }
        }
        all
    }

    fn actors(grants: &[Grant]) -> Vec<Actor> {
        let person = |groups: &[&str]| {
            let groups = groups.iter().map(|group| (*group).to_owned()).collect();
            Actor::named("ada@example.com", groups)
        };
        let permit = Permit::all(Permission::ALL.to_vec());
        let narrow = Permit {
            may: vec![Permission::Download, Permission::Promote],
            apps: Scope::Only(vec!["wallet".parse().unwrap()]),
            environments: Scope::Only(vec!["dev".parse().unwrap()]),
        };
        let mut all = vec![
            Actor::local(),
            Actor::pipeline("wallet-dev"),
            Actor::portal(),
            Actor::machine("ci", permit.clone()),
            Actor::machine("ci", narrow.clone()),
            person(&[]),
            person(&["all"]),
        ];
        for grant in grants {
            let holder = person(&[&grant.groups[0]]);
            all.push(Actor::token(holder.clone(), "ci", permit.clone()));
            all.push(Actor::token(holder.clone(), "ci", narrow.clone()));
            all.push(Actor::guest(holder.clone(), narrow.clone()));
            all.push(holder);
        }
        all
    }

    #[test]
    fn whoever_may_is_told_why_and_nobody_else_is() {
        let apps: Vec<AppId> = APPS.map(|id| id.parse().unwrap()).to_vec();
        let environments: Vec<EnvironmentId> = ENVIRONMENTS.map(|id| id.parse().unwrap()).to_vec();
        let grants = grants();
        let mut explained = 0;
        for actor in actors(&grants) {
            for action in actions(&apps, &environments) {
                let may = decide(&actor, &grants, action) == Decision::Allowed;
                let why = explain(&actor, &grants, action);
                assert_eq!(may, !why.is_empty(), "{actor:?} {action:?}");
                explained += usize::from(may);
            }
        }
        assert!(explained > 100, "{explained}");
    }

    #[test]
    fn each_reason_alone_is_enough_and_without_all_of_them_there_is_none() {
        let apps: Vec<AppId> = APPS.map(|id| id.parse().unwrap()).to_vec();
        let environments: Vec<EnvironmentId> = ENVIRONMENTS.map(|id| id.parse().unwrap()).to_vec();
        let grants = grants();
        let ada = Actor::named("ada@example.com", vec!["all".to_owned()]);
        for action in actions(&apps, &environments) {
            let mut named = Vec::new();
            for reason in explain(&ada, &grants, action) {
                let Reason::Grant {
                    place,
                    grant,
                    groups,
                } = reason
                else {
                    continue;
                };
                assert_eq!(groups, ["all"]);
                assert_eq!(*grant, grants[place]);
                let alone = std::slice::from_ref(grant);
                assert_eq!(decide(&ada, alone, action), Decision::Allowed);
                named.push(place);
            }
            let others = grants.iter().enumerate();
            let others: Vec<Grant> = others
                .filter(|(place, _)| !named.contains(place))
                .map(|(_, grant)| grant.clone())
                .collect();
            let left = explain(&ada, &others, action);
            assert!(
                left.iter().all(|reason| *reason == Reason::Gate),
                "{action:?}: {left:?}"
            );
        }
    }
}

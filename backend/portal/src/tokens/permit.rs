//! Whether a permit is its maker's to give.

use domain::{
    access::{Permission, Permit, Scope},
    actor::Actor,
    id::{AppId, EnvironmentId},
};

use crate::{Error, Result, access::Action, known, tokens::Tokens};

/// What is checked for one permission: the places that the permit names, or all that there are.
struct Places<'p> {
    apps: Vec<&'p AppId>,
    environments: Vec<&'p EnvironmentId>,
}

impl Tokens<'_> {
    /// What the actor may give to a token at all.
    pub fn may_give(self, actor: &Actor) -> Vec<Permission> {
        let all = Permit::all(Vec::new());
        let places = self.places(&all);
        let all = Permission::ALL.into_iter();
        all.filter(|permission| self.has(actor, *permission, &places))
            .collect()
    }

    /// The permit without repetitions, if all that it names is there and each permission is its maker's in one of the places.
    ///
    /// That it is so now opens nothing later: what its maker may no longer do, the token may not either.
    pub(super) fn checked(self, actor: &Actor, permit: Permit) -> Result<Permit> {
        let permit = tidied(permit);
        if permit.may.is_empty() {
            return Err(Error::invalid(
                "permit.may",
                "say what the token may do: view is the least",
            ));
        }
        self.see_apps(actor, &permit)?;
        self.know_environments(&permit)?;
        let places = self.places(&permit);
        for permission in &permit.may {
            if !self.has(actor, *permission, &places) {
                let detail = format!("you may not {permission} in any of these places yourself");
                return Err(Error::invalid("permit.may", detail));
            }
        }
        Ok(permit)
    }

    fn places<'p>(&'p self, permit: &Permit) -> Places<'p> {
        let catalog = self.portal.catalog();
        let apps = catalog.apps.iter().map(|app| &app.id);
        let environments = catalog.environments.iter();
        let environments = environments.map(|environment| &environment.id);
        Places {
            apps: apps.filter(|app| permit.apps.holds(app)).collect(),
            environments: environments
                .filter(|environment| permit.environments.holds(environment))
                .collect(),
        }
    }

    fn see_apps(self, actor: &Actor, permit: &Permit) -> Result<()> {
        let Scope::Only(apps) = &permit.apps else {
            return Ok(());
        };
        if apps.is_empty() {
            return Err(none_named("permit.apps", "app"));
        }
        let unseen = |app: &&AppId| {
            known::app(self.portal, app).is_err() || !self.portal.may(actor, Action::ViewApp(app))
        };
        match apps.iter().find(unseen) {
            None => Ok(()),
            Some(app) => Err(Error::invalid(
                "permit.apps",
                format!("there is no app {app}"),
            )),
        }
    }

    fn know_environments(self, permit: &Permit) -> Result<()> {
        let Scope::Only(environments) = &permit.environments else {
            return Ok(());
        };
        if environments.is_empty() {
            return Err(none_named("permit.environments", "environment"));
        }
        let unknown = environments
            .iter()
            .find(|environment| known::environment(self.portal, environment).is_err());
        match unknown {
            None => Ok(()),
            Some(environment) => Err(Error::invalid(
                "permit.environments",
                format!("there is no environment {environment}"),
            )),
        }
    }

    /// Whether the actor may do this themselves, in one of the places.
    fn has(self, actor: &Actor, permission: Permission, places: &Places<'_>) -> bool {
        let in_one_app = |may: &dyn Fn(&AppId) -> bool| places.apps.iter().any(|app| may(app));
        let in_one = |may: &dyn Fn(&AppId, &EnvironmentId) -> bool| {
            let environments = &places.environments;
            in_one_app(&|app| environments.iter().any(|environment| may(app, environment)))
        };
        let may = |action: Action<'_>| self.portal.may(actor, action);
        match permission {
            Permission::View => in_one_app(&|app| may(Action::ViewApp(app))),
            Permission::Download => in_one(&|app, environment| {
                may(Action::Download {
                    app,
                    environments: std::slice::from_ref(environment),
                })
            }),
            Permission::Register => in_one(&|app, environment| {
                may(Action::Register {
                    app,
                    environment: Some(environment),
                })
            }),
            Permission::Report => {
                in_one(&|app, environment| may(Action::RecordRun { app, environment }))
            }
            Permission::Promote => {
                in_one(&|app, environment| may(Action::Promote { app, environment }))
            }
            Permission::Hold => in_one(&|app, environment| {
                may(Action::Hold {
                    app: Some(app),
                    environment,
                })
            }),
            Permission::Withdraw => in_one(&|app, environment| {
                may(Action::Withdraw {
                    app,
                    environment: Some(environment),
                })
            }),
            Permission::Audit => {
                may(Action::ViewAudit) || in_one_app(&|app| may(Action::ViewDownloads(app)))
            }
        }
    }
}

fn none_named(field: &'static str, what: &str) -> Error {
    Error::invalid(field, format!("choose an {what}, or all of them"))
}

fn tidied(mut permit: Permit) -> Permit {
    permit.may.sort_unstable();
    permit.may.dedup();
    permit.apps = once(permit.apps);
    permit.environments = once(permit.environments);
    permit
}

fn once<T: Ord>(scope: Scope<T>) -> Scope<T> {
    match scope {
        Scope::All => Scope::All,
        Scope::Only(mut some) => {
            some.sort_unstable();
            some.dedup();
            Scope::Only(some)
        }
    }
}

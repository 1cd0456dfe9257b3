//! Stopping what would start in an environment.

use api::holds::HoldRequest;
use domain::{
    Timestamp,
    actor::Actor,
    audit::{AuditAction, AuditRecord, Principal},
    causes::chain,
    hold::{Held, Hold},
    id::{AppId, EnvironmentId},
    promotion::State,
    view::{HeldView, HoldView, HoldsView},
};

use super::reason;
use crate::{Error, Result, access::Action, hold::Holds, known};

impl Holds<'_> {
    /// Freezes an environment: nothing starts and nothing is released there from this moment on. What had
    /// started before is listed: its pipeline goes on, its release waits.
    pub async fn hold_environment<'a>(
        self,
        who: impl Into<Principal<'a>>,
        request: HoldRequest,
        now: Timestamp,
    ) -> Result<HeldView> {
        let who = who.into();
        let HoldRequest {
            environment, app, ..
        } = &request;
        self.portal.authorise(
            who.actor,
            Action::Hold {
                app: app.as_ref(),
                environment,
            },
        )?;
        known::environment(self.portal, environment)?;
        if let Some(app) = app {
            known::app(self.portal, app)?;
        }
        let hold = Hold {
            reason: reason(&request.reason)?,
            on: Held::Environment {
                environment: request.environment,
                app: request.app,
            },
            by: who.actor.clone(),
            since: now,
        };
        let note = note(who, AuditAction::Held, &hold.on, Some(&hold.reason), now);
        if !self.portal.table.holds().put(&hold, &note).await? {
            return Err(Error::Conflict {
                detail: format!("{} is held already: see the holds for why", place(&hold.on)),
            });
        }
        let open = self.portal.table.promotions().open().await?;
        let running = open.into_iter().filter(|promotion| {
            matches!(promotion.state, State::Starting | State::Running)
                && concerns(&hold.on, &promotion.app, &promotion.to)
        });
        Ok(HeldView {
            running: running.collect(),
            hold,
        })
    }

    /// Lifts a hold on an environment or on automatic promotion, and goes on with what waited for that.
    pub async fn lift<'a>(
        self,
        who: impl Into<Principal<'a>>,
        on: &Held,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        let who = who.into();
        let (app, environment) = match on {
            Held::Environment { environment, app } => (app.as_ref(), environment),
            Held::Automatic { app, environment } => (Some(app), environment),
            Held::Build { .. } => {
                return Err(Error::invalid(
                    "what",
                    "a withdrawn build is not lifted but restored",
                ));
            }
        };
        self.portal
            .authorise(who.actor, Action::Hold { app, environment })?;
        let why = why.map(reason).transpose()?;
        let note = note(who, AuditAction::Lifted, on, why.as_deref(), now);
        if !self.portal.table.holds().lift(on, &note).await? {
            return Err(Error::not_found(format!("hold on {}", place(on))));
        }
        if let Err(error) = self.settle_all().await {
            tracing::warn!(error = chain(&error), "restored builds wait for the clock");
        }
        self.go_on(on, now).await;
        Ok(())
    }

    /// Every hold in force on environments and on automatic promotion, of apps that the caller may see.
    pub async fn list(self, actor: &Actor, now: Timestamp) -> Result<HoldsView> {
        self.portal.authorise(actor, Action::ViewOverview)?;
        let mut holds: Vec<Hold> = self.portal.table.holds().all().await?;
        holds.sort_by_key(|hold| std::cmp::Reverse(hold.since));
        let seen = |hold: &Hold| match &hold.on {
            Held::Environment { app: None, .. } => true,
            Held::Environment { app: Some(app), .. }
            | Held::Automatic { app, .. }
            | Held::Build { app, .. } => self.portal.may(actor, Action::ViewApp(app)),
        };
        holds.retain(seen);
        Ok(HoldsView {
            holds: holds
                .into_iter()
                .map(|hold| HoldView {
                    may_lift: self.may_lift(actor, &hold.on),
                    hold,
                })
                .collect(),
            as_of: now,
        })
    }

    fn may_lift(self, actor: &Actor, on: &Held) -> bool {
        match on {
            Held::Environment { environment, app } => self.portal.may(
                actor,
                Action::Hold {
                    app: app.as_ref(),
                    environment,
                },
            ),
            Held::Automatic { app, environment } => self.portal.may(
                actor,
                Action::Hold {
                    app: Some(app),
                    environment,
                },
            ),
            Held::Build { app, .. } => self.portal.may(
                actor,
                Action::Withdraw {
                    app,
                    environment: None,
                },
            ),
        }
    }

    /// Goes on with what a hold stopped. What fails here the clock does again.
    async fn go_on(self, on: &Held, now: Timestamp) {
        let open = match self.portal.table.promotions().open().await {
            Ok(open) => open,
            Err(error) => {
                tracing::warn!(error = chain(&error), "promotions wait for the clock");
                return;
            }
        };
        let waiting = open
            .into_iter()
            .filter(|promotion| concerns(on, &promotion.app, &promotion.to));
        for promotion in waiting {
            if let Err(error) = self.portal.promotions().advance(&promotion.id, now).await {
                let error = chain(&error);
                tracing::warn!(promotion = %promotion.id, error, "a promotion waits for the clock");
            }
        }
    }
}

fn concerns(on: &Held, app: &AppId, to: &EnvironmentId) -> bool {
    match on {
        Held::Environment {
            environment,
            app: only,
        } => environment == to && only.as_ref().is_none_or(|only| only == app),
        Held::Automatic {
            app: its,
            environment,
        } => environment == to && its == app,
        Held::Build { .. } => false,
    }
}

/// What is held, for people.
fn place(on: &Held) -> String {
    match on {
        Held::Environment {
            environment,
            app: None,
        } => environment.to_string(),
        Held::Environment {
            environment,
            app: Some(app),
        } => format!("{app} in {environment}"),
        Held::Automatic { app, environment } => {
            format!("automatic promotion of {app} to {environment}")
        }
        Held::Build { app, build } => format!("build {build} of {app}"),
    }
}

fn note(
    who: Principal<'_>,
    action: AuditAction,
    on: &Held,
    why: Option<&str>,
    now: Timestamp,
) -> AuditRecord {
    let mut note = who.note(action, now);
    note.reason = why.map(str::to_owned);
    let kind = match on {
        Held::Environment { environment, app } => {
            note.environment = Some(environment.clone());
            note.app.clone_from(app);
            "everything"
        }
        Held::Automatic { app, environment } => {
            note.environment = Some(environment.clone());
            note.app = Some(app.clone());
            "automatic promotion"
        }
        Held::Build { app, build } => {
            note.app = Some(app.clone());
            note.build = Some(build.clone());
            "the build"
        }
    };
    note.details.insert("held".to_owned(), kind.to_owned());
    note
}

//! Taking a build back, and giving it out again.

use api::holds::Withdrawn;
use domain::{
    Timestamp,
    actor::Actor,
    audit::{AuditAction, AuditRecord, Principal},
    causes::chain,
    hold::{Held, Hold},
    id::{AppId, BuildId, EnvironmentId},
};
use store::table::{BuildRecord, Unsettled};

use super::reason;
use crate::{Error, Result, access::Action, hold::Holds};

impl Holds<'_> {
    /// Withdraws a build: nobody gets it any more, and where it was current, nothing is served until somebody releases
    /// another one.
    pub async fn withdraw<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &BuildId,
        why: &str,
        now: Timestamp,
    ) -> Result<Withdrawn> {
        let who = who.into();
        let record = self.build_to_hold(who, id).await?;
        let why = reason(why)?;
        self.check_withdrawal(who.actor, &record)?;
        self.take_back(who, &record.build.app, id, &why, now).await
    }

    /// Gives a withdrawn build out again.
    pub async fn restore<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &BuildId,
        why: &str,
        now: Timestamp,
    ) -> Result<()> {
        let who = who.into();
        let record = self.build_to_hold(who, id).await?;
        let why = reason(why)?;
        self.check_withdrawal(who.actor, &record)?;
        let build = &record.build;
        let note = about(who.note(AuditAction::Restored, now), &build.app, id, &why);
        let table = &self.portal.table;
        let Some(unsettled) = table.releases().restore(&build.app, id, &note).await? else {
            return Err(Error::Conflict {
                detail: format!("build {} is not withdrawn", build.number),
            });
        };
        self.settle(&unsettled).await?;
        for environment in &self.all_environments(id).await? {
            if let Err(error) = self.go_on_into(&build.app, environment, now).await {
                tracing::warn!(error = chain(&error), "a promotion waits for the clock");
            }
        }
        Ok(())
    }

    /// Has environments follow what was withdrawn or restored, where that broke off or a hold was in the way.
    pub(crate) async fn settle_all(self) -> Result<()> {
        for unsettled in self.portal.table.releases().unsettled().await? {
            self.settle(&unsettled).await?;
        }
        Ok(())
    }

    async fn settle(self, unsettled: &Unsettled) -> Result<()> {
        let environments = self.all_environments(&unsettled.build).await?;
        let table = &self.portal.table;
        for held in table.releases().settle(unsettled, &environments).await? {
            tracing::info!(build = %unsettled.build, environment = %held, "a restored build is served once the hold is lifted");
        }
        Ok(())
    }

    /// The same as [`Holds::withdraw`], for who is known to be allowed to.
    pub(crate) async fn take_back(
        self,
        who: Principal<'_>,
        app: &AppId,
        id: &BuildId,
        why: &str,
        now: Timestamp,
    ) -> Result<Withdrawn> {
        let hold = Hold {
            on: Held::Build {
                app: app.clone(),
                build: id.clone(),
            },
            reason: why.to_owned(),
            by: who.actor.clone(),
            since: now,
        };
        let note = about(who.note(AuditAction::Withdrawn, now), app, id, why);
        let table = &self.portal.table;
        if let Some(unsettled) = table.releases().withdraw(app, id, &hold, &note).await? {
            self.settle(&unsettled).await?;
            return Ok(Withdrawn {
                hold,
                already: false,
            });
        }
        // The request that withdrew it may have been cut off before every environment followed.
        self.settle_all().await?;
        let before = table
            .releases()
            .withdrawn(std::slice::from_ref(id))
            .await?
            .remove(id);
        Ok(Withdrawn {
            hold: before.unwrap_or(hold),
            already: true,
        })
    }

    async fn build_to_hold(self, who: Principal<'_>, id: &BuildId) -> Result<BuildRecord> {
        let record = self.portal.builds().record(id).await?;
        let action = Action::Withdraw {
            app: &record.build.app,
            environment: None,
        };
        self.portal
            .authorise(who.actor, action)
            .map_err(|error| error.hiding(format!("build {id}")))?;
        Ok(record)
    }

    /// That somebody may withdraw a build, or restore it, in every environment that it was released in: those that serve it
    /// lose it, and the others cannot go back to it any more.
    pub(crate) fn check_withdrawal(self, actor: &Actor, record: &BuildRecord) -> Result<()> {
        let app = &record.build.app;
        for environment in &record.environments() {
            let action = Action::Withdraw {
                app,
                environment: Some(environment),
            };
            let authorised = self.portal.authorise(actor, action);
            authorised.map_err(|error| match error {
                Error::Forbidden { who, why, .. } => Error::Forbidden {
                    who,
                    what: format!("withdraw builds that were released in {environment}").into(),
                    why,
                },
                error => error,
            })?;
        }
        Ok(())
    }

    /// Whether somebody may, for showing or leaving out what leads there.
    pub(crate) fn may_withdraw(self, actor: &Actor, record: &BuildRecord) -> bool {
        let app = &record.build.app;
        let environments = record.environments();
        let mut all = std::iter::once(None).chain(environments.iter().map(Some));
        all.all(|environment| {
            self.portal
                .may(actor, Action::Withdraw { app, environment })
        })
    }

    /// Every environment that there is, or that the build was released in when there was.
    async fn all_environments(self, id: &BuildId) -> Result<Vec<EnvironmentId>> {
        let configured = self.portal.catalog().environments.iter();
        let mut all: Vec<EnvironmentId> = configured.map(|known| known.id.clone()).collect();
        for released in self.portal.builds().record(id).await?.environments() {
            if !all.contains(&released) {
                all.push(released);
            }
        }
        Ok(all)
    }

    async fn go_on_into(self, app: &AppId, to: &EnvironmentId, now: Timestamp) -> Result<()> {
        if let Some(promotion) = self.portal.table.promotions().slot(app, to).await? {
            self.portal.promotions().advance(&promotion, now).await?;
        }
        Ok(())
    }
}

/// An entry on a build.
fn about(mut note: AuditRecord, app: &AppId, build: &BuildId, why: &str) -> AuditRecord {
    note.app = Some(app.clone());
    note.build = Some(build.clone());
    note.reason = Some(why.to_owned());
    note
}

//! Taking a build back, and giving it out again.

use domain::{
    Timestamp,
    audit::{Deed, Note},
    build::Build,
    hold::{Held, Hold},
    id::{AppId, BuildId, EnvironmentId},
};
use serde::Serialize;

use super::reason;
use crate::{Error, Portal, Result, access::Action, error::chain, who::Who};

/// A build that was taken back.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Withdrawn {
    /// Why, by whom and since when.
    pub hold: Hold,
    /// Whether it had been withdrawn before; that is then left as it was.
    pub already: bool,
}

impl Portal {
    /// Withdraws a build: nobody gets it any more, and where it was current, the newest release that is not withdrawn is.
    pub async fn withdraw<'a>(
        &self,
        who: impl Into<Who<'a>>,
        id: &BuildId,
        why: &str,
        now: Timestamp,
    ) -> Result<Withdrawn> {
        let who = who.into();
        let build = self.build_to_hold(who, id).await?;
        let why = reason(why)?;
        self.take_back(who, &build.app, id, &why, now).await
    }

    /// Gives a withdrawn build out again.
    pub async fn restore<'a>(
        &self,
        who: impl Into<Who<'a>>,
        id: &BuildId,
        why: &str,
        now: Timestamp,
    ) -> Result<()> {
        let who = who.into();
        let build = self.build_to_hold(who, id).await?;
        let why = reason(why)?;
        let note = note(who, Deed::Restored, &build.app, id, &why, now);
        let environments = self.all_environments(id).await?;
        let table = &self.store().table;
        if !table.restore(&build.app, id, &environments, &note).await? {
            return Err(Error::Conflict {
                detail: format!("build {} is not withdrawn", build.number),
            });
        }
        for environment in &environments {
            if let Err(error) = self.go_on_into(&build.app, environment, now).await {
                tracing::warn!(error = chain(&error), "a promotion waits for the clock");
            }
        }
        Ok(())
    }

    /// The same as [`Portal::withdraw`], for who is known to be allowed to.
    pub(crate) async fn take_back(
        &self,
        who: Who<'_>,
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
        let note = note(who, Deed::Withdrawn, app, id, why, now);
        let environments = self.all_environments(id).await?;
        let table = &self.store().table;
        let new = table.withdraw(app, id, &environments, &hold, &note).await?;
        if new {
            return Ok(Withdrawn {
                hold,
                already: false,
            });
        }
        let before = table.withdrawn(std::slice::from_ref(id)).await?.remove(id);
        Ok(Withdrawn {
            hold: before.unwrap_or(hold),
            already: true,
        })
    }

    async fn build_to_hold(&self, who: Who<'_>, id: &BuildId) -> Result<Build> {
        let build = self.build_record(id).await?.build;
        self.authorise(who.actor, Action::Withdraw(&build.app))
            .map_err(|error| error.hiding(format!("build {id}")))?;
        Ok(build)
    }

    /// Every environment that there is, or that the build was released in when there was.
    async fn all_environments(&self, id: &BuildId) -> Result<Vec<EnvironmentId>> {
        let configured = self.catalog().environments.iter();
        let mut all: Vec<EnvironmentId> = configured.map(|known| known.id.clone()).collect();
        for release in self.build_record(id).await?.releases {
            if !all.contains(&release.environment) {
                all.push(release.environment);
            }
        }
        Ok(all)
    }

    async fn go_on_into(&self, app: &AppId, to: &EnvironmentId, now: Timestamp) -> Result<()> {
        if let Some(promotion) = self.store().table.slot(app, to).await? {
            Box::pin(self.advance(&promotion, now)).await?;
        }
        Ok(())
    }
}

fn note(who: Who<'_>, deed: Deed, app: &AppId, build: &BuildId, why: &str, now: Timestamp) -> Note {
    let mut note = who.note(deed, now);
    note.app = Some(app.clone());
    note.build = Some(build.clone());
    note.reason = Some(why.to_owned());
    note
}

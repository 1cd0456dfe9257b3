//! What the portal asks for itself: the next step of a path, where towpath.toml says `automatic`.
//!
//! A build is promoted automatically once into each environment, whatever became of it then: people decide from there on.

use domain::{
    Timestamp,
    actor::Actor,
    audit::Principal,
    causes::chain,
    id::{AppId, EnvironmentId},
    path::PathStep,
    promotion::PromotionKind,
};

use super::{Asked, wish::Wish};
use crate::{
    Error, Result,
    promotion::{Decisions, Execution},
};

impl<'p> Execution<'p> {
    /// After a release into `environment`: asks for what follows by itself. What fails here the clock does again.
    pub(crate) async fn follow(self, app: &AppId, environment: &EnvironmentId, now: Timestamp) {
        let followed = self.promote_automatically(app, environment, now);
        let followed = Box::pin(followed).await;
        if let Err(error) = followed {
            let error = chain(&error);
            tracing::warn!(%app, %environment, error, "automatic promotion waits for the clock");
        }
    }

    /// The same for every environment of every app.
    pub(super) async fn promote_all_automatically(self, now: Timestamp) -> Result<()> {
        if !self.promotes_automatically() {
            return Ok(());
        }
        for release in self.portal.table.runs().overview().await?.current {
            self.follow(&release.app, &release.environment, now).await;
        }
        Ok(())
    }

    fn promotes_automatically(self) -> bool {
        let mut paths = self.portal.catalog().paths.iter();
        paths.any(|path| path.steps.iter().any(|step| step.automatic))
    }

    /// Asks for the release of what `from` serves in the environment after it, if that is automatic and nobody has asked
    /// before.
    async fn promote_automatically(
        self,
        app: &AppId,
        from: &EnvironmentId,
        now: Timestamp,
    ) -> Result<Option<Asked>> {
        let Some(step) = self.automatic_step_after(app, from) else {
            return Ok(None);
        };
        let to = &step.environment;
        let Some(current) = self.portal.table.releases().current(app, from).await? else {
            return Ok(None);
        };
        let record = self.portal.builds().record(&current.build).await?;
        let asked_before = record.promotions.iter().any(|before| before.to == *to);
        let been_there = record.releases.iter().any(|been| been.environment == *to);
        if asked_before || been_there {
            return Ok(None);
        }
        let wish = Wish {
            record: &record,
            to,
            kind: PromotionKind::Automatic,
            reason: format!("follows its release in {from}"),
            bypass: None,
            withdraw: None,
            run: None,
            adopts: false,
            again: false,
        };
        let portal = Actor::portal();
        match Decisions::of(self.portal)
            .ask(Principal::from(&portal), wish, now)
            .await
        {
            Ok(asked) => Ok(Some(asked)),
            Err(Error::Declined { refusals }) => {
                let why: Vec<String> = refusals.iter().map(ToString::to_string).collect();
                let why = why.join("; ");
                tracing::info!(%app, build = %current.build, %to, why, "not promoted automatically");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn automatic_step_after(self, app: &AppId, from: &EnvironmentId) -> Option<&'p PathStep> {
        let path = self.portal.catalog().path(app)?;
        let next = path.steps.get(path.place(from)? + 1)?;
        next.automatic.then_some(next)
    }
}

//! Back to an earlier build, by its digest.

use api::promotions::RollbackRequest;
use domain::{
    Timestamp,
    actor::Actor,
    audit::Principal,
    id::{AppId, BuildId, EnvironmentId},
    page::Limit,
    promotion::PromotionKind,
    release::Release,
};

use super::{Asked, wish::Wish};
use crate::{
    Error, Result,
    access::Action,
    known,
    promotion::{Decisions, Promotions},
};

impl Promotions<'_> {
    /// Asks for an environment's return to an earlier build of an app.
    pub async fn rollback<'a>(
        self,
        who: impl Into<Principal<'a>>,
        app: &AppId,
        environment: &EnvironmentId,
        request: RollbackRequest,
        now: Timestamp,
    ) -> Result<Asked> {
        let who = who.into();
        self.portal.authorise(who.actor, Action::ViewApp(app))?;
        known::app(self.portal, app)?;
        known::environment(self.portal, environment)?;
        let build = match request.build {
            Some(build) => build,
            None => {
                Decisions::of(self.portal)
                    .served_before(app, environment)
                    .await?
            }
        };
        // A build of another app is answered as one that there is not: who asks may not know of it.
        let record = match self.portal.builds().record(&build).await {
            Ok(record) if record.build.app == *app => record,
            Ok(_) | Err(Error::NotFound { .. }) => {
                return Err(Error::not_found(format!("build {build} of {app}")));
            }
            Err(error) => return Err(error),
        };
        let withdraw = if request.withdraw {
            Decisions::of(self.portal)
                .may_withdraw_from(who.actor, app, environment)
                .await?
        } else {
            None
        };
        let wish = Wish {
            record: &record,
            to: environment,
            kind: PromotionKind::Rollback,
            reason: request.reason,
            bypass: request.bypass,
            withdraw,
            run: None,
            adopts: false,
            again: false,
        };
        Decisions::of(self.portal).ask(who, wish, now).await
    }
}

impl Decisions<'_> {
    /// The environments that what an environment serves now was released in, if somebody may withdraw it from all of them.
    /// None where it serves nothing, so that nothing is left behind.
    async fn may_withdraw_from(
        self,
        actor: &Actor,
        app: &AppId,
        environment: &EnvironmentId,
    ) -> Result<Option<Vec<EnvironmentId>>> {
        let none = Action::Withdraw {
            app,
            environment: None,
        };
        self.portal.authorise(actor, none)?;
        match self
            .portal
            .table
            .releases()
            .current(app, environment)
            .await?
        {
            Some(current) => {
                let left_behind = self.portal.builds().record(&current.build).await?;
                self.portal.holds().check_withdrawal(actor, &left_behind)?;
                Ok(Some(left_behind.environments()))
            }
            None => Ok(None),
        }
    }

    /// The newest build that is not the current one, was current before it, and is not withdrawn.
    async fn served_before(self, app: &AppId, environment: &EnvironmentId) -> Result<BuildId> {
        let table = &self.portal.table;
        let limit = Limit::try_from(100).unwrap_or_default();
        let (current, releases) = futures::try_join!(
            table.releases().current(app, environment),
            table.releases().list(app, environment, limit, None),
        )?;
        let nothing = || {
            Error::not_found(format!(
                "earlier build of {app} in {environment} to go back to"
            ))
        };
        // Where the current build was withdrawn, nothing is served, and every release is an earlier one.
        let is_earlier = |release: &Release| {
            current.as_ref().is_none_or(|current| {
                current.is_newer_than(release) && release.build != current.build
            })
        };
        let earlier: Vec<BuildId> = releases
            .items
            .into_iter()
            .filter(is_earlier)
            .map(|release| release.build)
            .collect();
        let withdrawn = table.releases().withdrawn(&earlier).await?;
        let mut kept = earlier
            .into_iter()
            .filter(|build| !withdrawn.contains_key(build));
        kept.next().ok_or_else(nothing)
    }
}

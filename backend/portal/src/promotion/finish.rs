//! How a promotion ends: with a release, or with a reason.

use domain::{
    Timestamp,
    actor::Actor,
    audit::Principal,
    hold::{Held, Hold},
    id::{BuildId, RunId},
    promotion::{Promotion, PromotionKind, audit_records},
    status::Status,
};
use store::table::{Along, Obstacle, PromotionRecord, Released, RunRecord};

use super::progress::Progress;
use crate::{
    Result,
    promotion::{Execution, execution::Calls},
};

impl Execution<'_> {
    /// Looks how the run does that carries a promotion out. It is what the run's events said, not what we asked for.
    pub(super) async fn look_at_run(
        self,
        record: &PromotionRecord,
        now: Timestamp,
    ) -> Result<Progress> {
        let Some(id) = &record.promotion.run else {
            return Ok(Progress::Idle);
        };
        let Some(run) = self.proven_run(id).await? else {
            return Calls::of(self.portal)
                .ask_after(record, id, None, now)
                .await;
        };
        let (status, heard) = (run.run.status, run.run.updated_at);
        match status {
            _ if status.is_failure() && self.failed_before(record, id, heard).await? => {
                Calls::of(self.portal)
                    .ask_after(record, id, Some(heard), now)
                    .await
            }
            Status::Succeeded => self.succeed(record, now).await,
            _ if status.is_terminal() => {
                let why = format!(
                    "its run {id} ended as {}: see the run for why",
                    status.word()
                );
                let after = record.promotion.clone().fail(why, now)?;
                self.end(record, &after, now).await
            }
            _ => {
                Calls::of(self.portal)
                    .ask_after(record, id, Some(heard), now)
                    .await
            }
        }
    }

    /// A run, if its platform has reported it. What somebody else says of one ends no promotion.
    pub(super) async fn proven_run(self, id: &RunId) -> Result<Option<RunRecord>> {
        let run = self.portal.table.runs().get_now(id).await?;
        Ok(run.filter(|run| run.known.is_proven()))
    }

    /// Whether a run's failure is of the time before its promotion: the run that made the build, and waits in it for an
    /// approval, can have failed, and been retried for this.
    async fn failed_before(
        self,
        record: &PromotionRecord,
        run: &RunId,
        heard: Timestamp,
    ) -> Result<bool> {
        if heard >= record.promotion.since {
            return Ok(false);
        }
        let build = self
            .portal
            .builds()
            .record(&record.promotion.build)
            .await?
            .build;
        Ok(build.run.as_ref() == Some(run))
    }

    /// Releases the build: the release, its being current and the end of the promotion are one write. A hold on the
    /// environment keeps it from that, and the promotion as it is, until the hold is lifted.
    pub(super) async fn succeed(
        self,
        record: &PromotionRecord,
        now: Timestamp,
    ) -> Result<Progress> {
        let promotion = &record.promotion;
        if let Some(left_behind) = &promotion.withdraw
            && let Some(why) = self
                .withdraw_left_behind(promotion, left_behind, now)
                .await?
        {
            let after = promotion.clone().fail(why, now)?;
            return self.end(record, &after, now).await;
        }
        let build = self.portal.builds().record(&promotion.build).await?.build;
        let grant = promotion.grant(&build, now)?;
        let hold = hold_after(promotion, now);
        let after = promotion.clone().succeed(now)?;
        let portal = Actor::portal();
        let along = Along::Promotion {
            before: record,
            after: &after,
            hold: hold.as_ref(),
        };
        let note = audit_records::ended(Principal::from(&portal), &after, now);
        match self
            .portal
            .table
            .releases()
            .put(&grant, along, &note)
            .await?
        {
            Released::Now(_) => {
                self.follow(&after.app, &after.to, now).await;
                Ok(Progress::Changed)
            }
            Released::Refused(Obstacle::Withdrawn) => {
                let why =
                    "the build was withdrawn after the promotion had started: promote another one";
                let after = promotion.clone().fail(why, now)?;
                self.end(record, &after, now).await
            }
            Released::Refused(Obstacle::Held) => Ok(Progress::Idle),
            Released::Refused(Obstacle::Changed | Obstacle::NotNewest)
            | Released::Before(_)
            | Released::Registered { .. } => Ok(Progress::Changed),
        }
    }

    /// Withdraws the build that a rollback leaves behind, before the rollback is over: one that breaks off in between is
    /// still open, and goes on. Or why it cannot be withdrawn.
    async fn withdraw_left_behind(
        self,
        promotion: &Promotion,
        build: &BuildId,
        now: Timestamp,
    ) -> Result<Option<String>> {
        let asked = &promotion.withdraw_from;
        let released = self.portal.builds().record(build).await?.environments();
        let mut released = released.iter();
        let more = released.find(|environment| !asked.contains(environment));
        if let Some(more) = more.filter(|_| !asked.is_empty()) {
            return Ok(Some(format!(
                "the build that was to be withdrawn has been released in {more} since this was asked for: roll back without \
                 withdrawing it, or ask again"
            )));
        }
        let who = Principal::from(&promotion.requested_by);
        self.portal
            .holds()
            .take_back(who, &promotion.app, build, &promotion.reason, now)
            .await?;
        Ok(None)
    }
}

/// A rollback holds automatic promotion, which would undo it, until someone lifts that.
fn hold_after(promotion: &Promotion, now: Timestamp) -> Option<Hold> {
    (promotion.kind == PromotionKind::Rollback).then(|| Hold {
        on: Held::Automatic {
            app: promotion.app.clone(),
            environment: promotion.to.clone(),
        },
        reason: format!(
            "rolled back to build {}: {}",
            promotion.number, promotion.reason
        ),
        by: promotion.requested_by.clone(),
        since: now,
    })
}

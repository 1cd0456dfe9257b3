//! How a promotion ends: with a release, or with a reason.

use domain::{
    Timestamp,
    actor::Actor,
    hold::{Held, Hold},
    id::{BuildId, RunId},
    promotion::{Promotion, PromotionKind},
    release::{PromotionRef, Release},
    status::Status,
};
use jiff::SignedDuration;
use store::table::{Obstacle, PromotionRecord, Step, Stepped};

use super::{advance::Turn, notes};
use crate::{Portal, Result, who::Who};

impl Portal {
    /// Looks how the run does that carries a promotion out. It is what the run's events said, not what we asked for.
    pub(super) async fn look_at_run(
        &self,
        record: &PromotionRecord,
        now: Timestamp,
    ) -> Result<Turn> {
        let Some(id) = &record.promotion.run else {
            return Ok(Turn::Rest);
        };
        let Some(run) = self.store().table.run(id).await? else {
            return Box::pin(self.ask_after(record, id, None, now)).await;
        };
        let (status, heard) = (run.run.status, run.run.updated_at);
        match status {
            _ if status.is_failure() && self.failed_before(record, id, heard).await? => {
                Box::pin(self.ask_after(record, id, Some(heard), now)).await
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
            _ => Box::pin(self.ask_after(record, id, Some(heard), now)).await,
        }
    }

    /// Whether a run's failure is of the time before its promotion: the run that made the build, and waits in it for an
    /// approval, can have failed, and been retried for this.
    async fn failed_before(
        &self,
        record: &PromotionRecord,
        run: &RunId,
        heard: Timestamp,
    ) -> Result<bool> {
        if heard >= record.promotion.since {
            return Ok(false);
        }
        let build = self.build_record(&record.promotion.build).await?.build;
        Ok(build.run.as_ref() == Some(run))
    }

    /// Releases the build: the release, its being current and the end of the promotion are one write.
    pub(super) async fn succeed(&self, record: &PromotionRecord, now: Timestamp) -> Result<Turn> {
        let promotion = &record.promotion;
        if let Some(left_behind) = &promotion.withdraw {
            self.withdraw_left_behind(promotion, left_behind, now)
                .await?;
        }
        let release = self.release_of(promotion, now).await?;
        let hold = hold_after(promotion, now);
        let after = promotion.clone().succeed(now)?;
        let portal = Actor::portal();
        let step = Step {
            notes: vec![notes::ended(Who::from(&portal), &after, now)],
            starts: false,
            release: Some(&release),
            hold: hold.as_ref(),
        };
        match self.store().table.step(record, &after, step).await? {
            Stepped::Done(_) => {
                Box::pin(self.follow(&after.app, &after.to, now)).await;
                Ok(Turn::On)
            }
            Stepped::Refused(Obstacle::Withdrawn) => {
                let why =
                    "the build was withdrawn after the promotion had started: promote another one";
                let after = promotion.clone().fail(why, now)?;
                self.end(record, &after, now).await
            }
            Stepped::Refused(Obstacle::Changed | Obstacle::NotNewest | Obstacle::Held) => {
                Ok(Turn::On)
            }
        }
    }

    /// The release that a promotion ends in: newer than whatever its environment ever had, though a clock jumped back.
    async fn release_of(&self, promotion: &Promotion, now: Timestamp) -> Result<Release> {
        let build = self.build_record(&promotion.build).await?.build;
        let (app, to) = (&promotion.app, &promotion.to);
        let newest = self.store().table.newest_at(app, to).await?;
        let after = newest.map(|at| at + SignedDuration::from_millis(1));
        let at = after.map_or(now, |after| after.max(now));
        let by = promotion.requested_by.clone();
        let mut release = Release::of(&build, to.clone(), promotion.run.clone(), at, by);
        release.promotion = Some(PromotionRef {
            id: promotion.id.clone(),
            kind: promotion.kind,
        });
        Ok(release)
    }

    /// Withdraws the build that a rollback leaves behind, before the rollback is over: one that breaks off in between is
    /// still open, and goes on.
    async fn withdraw_left_behind(
        &self,
        promotion: &Promotion,
        build: &BuildId,
        now: Timestamp,
    ) -> Result<()> {
        let who = Who::from(&promotion.requested_by);
        self.take_back(who, &promotion.app, build, &promotion.reason, now)
            .await?;
        Ok(())
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

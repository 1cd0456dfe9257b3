//! Promotions that a pipeline's own jobs take part in: the run that a job belongs to carries them out.

use domain::{
    Timestamp,
    actor::Actor,
    audit::Principal,
    id::{AppId, BuildId, EnvironmentId, PromotionId, RunId},
    promotion::{Promotion, PromotionKind, State},
};
use store::table::Step;

use super::{Asked, progress::Progress, wish::Wish};
use crate::{
    Error, Result,
    promotion::{Decisions, Execution, execution::Calls},
};

/// How often a promotion is looked at while others change it.
const TRIES: usize = 16;

/// What a pipeline's job asks for.
pub(crate) struct PipelineRequest<'a> {
    pub(crate) app: &'a AppId,
    pub(crate) build: &'a BuildId,
    pub(crate) to: &'a EnvironmentId,
    pub(crate) pipeline: &'a str,
    /// Whether the run carries out what somebody else has asked for, too.
    pub(crate) adopts: bool,
}

/// Whether a run carries a promotion out.
pub(crate) enum PipelineGate {
    /// It does, or the promotion is over. This is how it stands.
    Carries(Box<Promotion>),
    /// Another run does.
    CarriedElsewhere(RunId),
}

impl Decisions<'_> {
    /// Asks for a promotion that this run carries out. `again` is whether the same was asked and refused before, which is
    /// no news then.
    pub(crate) async fn request_in_run(
        self,
        request: PipelineRequest<'_>,
        run: &RunId,
        again: bool,
        now: Timestamp,
    ) -> Result<Asked> {
        let PipelineRequest {
            app,
            build,
            to,
            pipeline,
            adopts,
        } = request;
        let record = self.portal.builds().record(build).await?;
        if record.build.app != *app {
            return Err(Error::not_found(format!("build {build} of {app}")));
        }
        let wish = Wish {
            record: &record,
            to,
            kind: PromotionKind::Forward,
            reason: format!("the pipeline {pipeline} has come to its gate"),
            bypass: None,
            withdraw: None,
            run: Some(run.clone()),
            adopts,
            again,
        };
        let by = Actor::pipeline(pipeline);
        self.ask(Principal::from(&by), wish, now).await
    }

    /// Notes that this run carries a promotion out, and goes on with it. One that waits and that nothing was started for
    /// becomes this run's, so that nothing will be.
    pub(crate) async fn assign_run(
        self,
        id: &PromotionId,
        run: &RunId,
        now: Timestamp,
    ) -> Result<PipelineGate> {
        for _ in 0..TRIES {
            let table = &self.portal.table;
            let found = table.promotions().get(id).await?;
            let record = found.ok_or_else(|| Error::not_found(format!("promotion {id}")))?;
            let promotion = &record.promotion;
            match (&promotion.state, &promotion.run) {
                (State::Waiting | State::Starting | State::Running, Some(other))
                    if other != run =>
                {
                    return Ok(PipelineGate::CarriedElsewhere(other.clone()));
                }
                (State::Starting | State::Running, None) => {
                    // Its call took effect: this run is what it started.
                    Calls::of(self.portal)
                        .carried_by(&record, run.clone(), now)
                        .await?;
                }
                (State::Waiting | State::Starting | State::Running, _) => {
                    let promotion = self.portal.promotions().advance(id, now).await?;
                    return Ok(PipelineGate::Carries(Box::new(promotion)));
                }
                (
                    State::Succeeded
                    | State::Failed { .. }
                    | State::Rejected { .. }
                    | State::Expired
                    | State::Canceled { .. }
                    | State::Abandoned { .. },
                    _,
                ) => return Ok(PipelineGate::Carries(Box::new(record.promotion))),
            }
        }
        Err(Error::contended())
    }

    /// Releases the build of a promotion that its run has deployed.
    pub(crate) async fn complete_in_run(
        self,
        id: &PromotionId,
        now: Timestamp,
    ) -> Result<Promotion> {
        for _ in 0..TRIES {
            let found = self.portal.table.promotions().get(id).await?;
            let record = found.ok_or_else(|| Error::not_found(format!("promotion {id}")))?;
            match record.promotion.state {
                State::Starting | State::Running => {
                    if Execution::of(self.portal).succeed(&record, now).await? == Progress::Idle {
                        return Ok(record.promotion);
                    }
                }
                State::Waiting
                | State::Succeeded
                | State::Failed { .. }
                | State::Rejected { .. }
                | State::Expired
                | State::Canceled { .. }
                | State::Abandoned { .. } => return Ok(record.promotion),
            }
        }
        Err(Error::contended())
    }

    /// Makes a promotion that waits this run's, where it is nobody's.
    pub(super) async fn adopt(self, id: &PromotionId, run: &RunId) -> Result<()> {
        let table = &self.portal.table;
        let Some(record) = table.promotions().get(id).await? else {
            return Ok(());
        };
        if record.promotion.state == State::Waiting && record.promotion.run.is_none() {
            let after = Promotion {
                run: Some(run.clone()),
                ..record.promotion.clone()
            };
            table
                .promotions()
                .step(&record, &after, Step::default())
                .await?;
        }
        Ok(())
    }
}

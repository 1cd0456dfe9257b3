//! Promotions that a pipeline's own jobs take part in: the run that a job belongs to carries them out.

use domain::{
    Timestamp,
    actor::Actor,
    audit::Principal,
    id::{AppId, BuildId, EnvironmentId, PromotionId, RunId},
    promotion::{Promotion, PromotionKind, State},
};
use store::table::{BuildRecord, Step};

use super::{Asked, progress::Progress, wish::Wish};
use crate::{
    Error, Portal, Result,
    access::Action,
    promotion::{Decisions, Execution, execution::Calls},
};

/// How often a promotion is looked at while others change it.
const TRIES: usize = 16;

/// A run of a pipeline that may release builds of an app in an environment. Only [`Self::of`] makes one, so that its methods
/// need not ask again.
#[derive(Clone, Debug)]
pub struct PipelineRun<'a> {
    pub(crate) portal: &'a Portal,
    pub(crate) run: &'a RunId,
    pipeline: &'a str,
    pub(crate) by: Actor,
    app: &'a AppId,
    pub(crate) to: &'a EnvironmentId,
}

/// What a pipeline's job asks for.
#[derive(Clone, Copy, Debug)]
pub struct PipelineRequest<'a> {
    pub build: &'a BuildId,
    /// Whether the run carries out what somebody else has asked for, too.
    pub adopts: bool,
    /// Whether the same was asked and refused before, which is no news then.
    pub again: bool,
}

/// Whether a run carries a promotion out.
#[derive(Clone, Debug)]
pub enum PipelineGate {
    /// It does, or the promotion is over. This is how it stands.
    Carries(Box<Promotion>),
    /// Another run does.
    CarriedElsewhere(RunId),
}

impl<'a> PipelineRun<'a> {
    /// The run of a pipeline, when that may release builds of the app in the environment.
    pub fn of(
        portal: &'a Portal,
        run: &'a RunId,
        pipeline: &'a str,
        app: &'a AppId,
        to: &'a EnvironmentId,
    ) -> Result<Self> {
        let by = Actor::pipeline(pipeline);
        let environment = Some(to);
        portal.authorise(&by, Action::Register { app, environment })?;
        Ok(Self {
            portal,
            run,
            pipeline,
            by,
            app,
            to,
        })
    }

    /// A build, with where it was released.
    pub async fn build(&self, id: &BuildId) -> Result<BuildRecord> {
        self.portal.builds().record(id).await
    }

    /// A promotion, whatever it is of.
    pub async fn promotion(&self, id: &PromotionId) -> Result<Option<Promotion>> {
        let found = self.portal.table.promotions().get(id).await?;
        Ok(found.map(|record| record.promotion))
    }

    /// The promotion that is noted as this run's, whatever it is of.
    pub async fn own_promotion(&self) -> Result<Option<Promotion>> {
        match self.portal.table.promotions().of_run(self.run).await? {
            Some(id) => self.promotion(&id).await,
            None => Ok(None),
        }
    }

    /// Asks for a promotion that this run carries out.
    pub async fn request(&self, request: PipelineRequest<'_>, now: Timestamp) -> Result<Asked> {
        let PipelineRequest {
            build,
            adopts,
            again,
        } = request;
        let record = self.build(build).await?;
        if record.build.app != *self.app {
            return Err(Error::not_found(format!("build {build} of {}", self.app)));
        }
        let wish = Wish {
            record: &record,
            to: self.to,
            kind: PromotionKind::Forward,
            reason: format!("the pipeline {} has come to its gate", self.pipeline),
            bypass: None,
            withdraw: None,
            run: Some(self.run.clone()),
            adopts,
            again,
        };
        let who = Principal::from(&self.by);
        Decisions::of(self.portal).ask(who, wish, now).await
    }

    /// Notes that this run carries a promotion out, and goes on with it. One that waits and that nothing was started for
    /// becomes this run's, so that nothing will be.
    pub async fn assign(&self, id: &PromotionId, now: Timestamp) -> Result<PipelineGate> {
        let run = self.run;
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
    pub async fn complete(&self, id: &PromotionId, now: Timestamp) -> Result<Promotion> {
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
}

impl Decisions<'_> {
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

//! Asking after promotions of which nothing was heard: an event can be late, or lost, and no promotion stands still for it.

use domain::{Timestamp, causes::chain, id::RunId, path::Target, status::Status};
use store::table::PromotionRecord;
use targets::{Role, codepipeline::Pipeline};

use super::SILENCE;
use crate::{
    Result,
    promotion::{Decisions, Execution, execution::Calls, progress::Progress},
};

impl Calls<'_> {
    /// Asks `CodePipeline` how the run of a promotion does, if nothing was heard for a while. `heard` is when something was.
    pub(in crate::promotion) async fn ask_after(
        self,
        record: &PromotionRecord,
        run: &RunId,
        heard: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Progress> {
        let since = record.promotion.since;
        let last = heard.map_or(since, |heard| heard.max(since));
        if now < last + SILENCE {
            return Ok(Progress::Idle);
        }
        let Some((pipeline, execution)) = self.pipeline_of(record, run).await else {
            return Ok(Progress::Idle);
        };
        let found = match pipeline.execution(&execution).await {
            Ok(found) => found,
            Err(error)
                if error.is_lasting() && (error.is_about_the_pipeline() || heard.is_none()) =>
            {
                let why = format!(
                    "how its run {run} does cannot be asked ({}): look at the run, and ask for the promotion again",
                    chain(&error)
                );
                return self.give_up(record, why, now).await;
            }
            // Where only the permission to ask is missing, its events may still come.
            Err(error) => return Ok(Progress::Tried(chain(&error))),
        };
        let Some(found) = found else {
            let why = format!(
                "CodePipeline knows nothing of its run {run} any more: ask for the promotion again"
            );
            return self.give_up(record, why, now).await;
        };
        match found.status {
            Status::Succeeded => Execution::of(self.portal).succeed(record, now).await,
            status if status.is_terminal() => {
                let why = format!("its run {run} was {}: see the run for why", status.word());
                self.give_up(record, why, now).await
            }
            _ => Ok(Progress::Idle),
        }
    }

    /// The pipeline and the execution that a run is of, where this process can ask it.
    async fn pipeline_of(
        self,
        record: &PromotionRecord,
        run: &RunId,
    ) -> Option<(Pipeline, String)> {
        let pipelines = self.portal.parts.executors.pipelines.as_ref()?;
        let ["codepipeline", account, region, name, execution] =
            run.as_str().split('/').collect::<Vec<_>>()[..]
        else {
            return None;
        };
        let step = Decisions::of(self.portal).step_of(&record.promotion).ok();
        let role = step.and_then(|step| match &step.target {
            Target::CodePipeline(target) if target.pipeline.name == name => {
                target.role.as_ref().map(|arn| Role {
                    arn: arn.clone(),
                    external_id: target.external_id.clone(),
                })
            }
            Target::CodePipeline(_) | Target::Portal(_) => None,
        });
        let pipeline = pipelines.pipeline(name, account, region, role).await;
        Some((pipeline, execution.to_owned()))
    }
}

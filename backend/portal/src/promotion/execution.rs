//! Having a promotion carried out by its target. The promotion is `starting` before, so that a call whose answer is lost is
//! found again and never made twice.
//!
//! | file | what |
//! |---|---|
//! | `pipeline` | starting an execution of a pipeline, or a rollback of one of its stages |
//! | `approval` | answering an approval that waits in the execution that carries the build |
//! | `bucket` | copying the files to another environment's bucket |
//! | `reconcile` | asking after what nothing was heard of |

mod approval;
mod bucket;
mod pipeline;
mod reconcile;

use domain::{
    Timestamp,
    id::RunId,
    path::{Bucket, PipelineTarget, Target},
};
use jiff::SignedDuration;
use store::table::{PromotionRecord, Step};
use targets::{Roles, codepipeline::Pipelines};

use super::progress::Progress;
use crate::{
    Result,
    handle::handle,
    promotion::{Decisions, Execution},
};

/// How long nothing may be heard of a promotion before its target is asked, or given up.
pub(super) const SILENCE: SignedDuration = SignedDuration::from_mins(10);

/// How many bytes of a copy go between two notes of how far it is: what a process that ends may cost.
const COPIED_AT_ONCE: u64 = 256 * 1024 * 1024;

/// What a process has to have promotions carried out with.
#[derive(Clone, Debug)]
pub struct Executors {
    /// The AWS account that the portal runs in, and so the pipelines whose account is not said.
    pub account: Option<String>,
    /// Calls pipelines.
    pub pipelines: Option<Pipelines>,
    /// Opens other environments' buckets.
    pub buckets: Option<Roles>,
    /// Whether another process of this deployment, the clock, carries out what this one cannot.
    pub delegate_to_clock: bool,
    /// After how many bytes a copy notes how far it is. At least a part of an upload.
    pub copied_at_once: u64,
}

impl Default for Executors {
    fn default() -> Self {
        Self {
            account: None,
            pipelines: None,
            buckets: None,
            delegate_to_clock: false,
            copied_at_once: COPIED_AT_ONCE,
        }
    }
}

/// What carries a promotion out.
#[derive(Clone, Debug)]
pub(crate) enum Executor<'a> {
    /// The portal itself: the artifacts are in its own bucket already, so that recording the release is all.
    Here,
    /// The portal itself, which copies the artifacts to another bucket before.
    Bucket(&'a Bucket, &'a Roles),
    Pipeline(CalledPipeline<'a>),
    /// Another process of this deployment.
    Others,
}

/// A pipeline that is to be called.
#[derive(Clone, Debug)]
pub(crate) struct CalledPipeline<'a> {
    pub(super) pipelines: &'a Pipelines,
    pub(super) target: &'a PipelineTarget,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
}

handle! {
    /// Calls of targets.
    pub(crate) struct Calls
}

impl<'p> Calls<'p> {
    /// What carries promotions to a target out; or why nothing does, for people.
    pub(crate) fn executor<'a>(self, target: &'a Target) -> Result<Executor<'a>, String>
    where
        'p: 'a,
    {
        let Executors {
            account,
            pipelines,
            buckets,
            delegate_to_clock,
            copied_at_once: _,
        } = &self.portal.parts.executors;
        match target {
            Target::Portal(None) => Ok(Executor::Here),
            Target::Portal(Some(bucket)) => match buckets {
                Some(roles) => Ok(Executor::Bucket(bucket, roles)),
                None if *delegate_to_clock => Ok(Executor::Others),
                None => Err(format!(
                    "this portal copies to no other buckets, and this step's target is the bucket {}: leave the target out \
                     in towpath.toml to release from the portal's own",
                    bucket.name
                )),
            },
            Target::CodePipeline(target) => {
                let name = &target.pipeline.name;
                let Some(pipelines) = pipelines else {
                    return if *delegate_to_clock {
                        Ok(Executor::Others)
                    } else {
                        Err(format!(
                            "this portal calls no pipelines, and this step's target is the pipeline {name}: leave the target \
                             out in towpath.toml to let the portal release"
                        ))
                    };
                };
                let account = target.pipeline.account.as_ref().or(account.as_ref());
                let account = account.ok_or_else(|| {
                    format!(
                        "nobody said which account the pipeline {name} is in: add `account` to the step's target in towpath.toml"
                    )
                })?;
                let region = target.pipeline.region.as_ref();
                Ok(Executor::Pipeline(CalledPipeline {
                    pipelines,
                    target,
                    account,
                    region: region.unwrap_or(&self.portal.parts.region),
                }))
            }
        }
    }

    /// Whether a promotion that every gate lets through is left to another process: this one could not go on with it.
    pub(super) fn is_for_others(self, record: &PromotionRecord) -> bool {
        let step = Decisions::of(self.portal).step_of(&record.promotion);
        let executor = step.map(|step| self.executor(&step.target));
        record.promotion.run.is_none() && matches!(executor, Ok(Ok(Executor::Others)))
    }

    /// Has a promotion carried out that was let through. `fresh` is whether it was let through just now, by this very
    /// process: then nobody has called its target before.
    pub(super) async fn call_target(
        self,
        record: &PromotionRecord,
        fresh: bool,
        now: Timestamp,
    ) -> Result<Progress> {
        if let Some(run) = &record.promotion.run {
            // A gate in that very run asked for it: there is nothing to start.
            return self.carried_by(record, run.clone(), now).await;
        }
        let step = Decisions::of(self.portal).step_of(&record.promotion);
        let executor = match &step {
            Ok(step) => self.executor(&step.target),
            Err(_) => Err(
                "its step is no longer in towpath.toml: add it again, or ask for another promotion"
                    .to_owned(),
            ),
        };
        match executor {
            Ok(Executor::Here) => Execution::of(self.portal).succeed(record, now).await,
            Ok(Executor::Bucket(bucket, roles)) => {
                self.copy_and_succeed(record, bucket, roles, now).await
            }
            Ok(Executor::Pipeline(called)) => self.call_pipeline(record, &called, fresh, now).await,
            Ok(Executor::Others) => Ok(Progress::Idle),
            Err(why) => self.give_up(record, why, now).await,
        }
    }

    /// Notes which run carries a promotion out, so that the run's end finds it.
    pub(super) async fn carried_by(
        self,
        record: &PromotionRecord,
        run: RunId,
        now: Timestamp,
    ) -> Result<Progress> {
        let after = record.promotion.clone().running(Some(run), now)?;
        let step = Step::default();
        // A call that was faster found the same run.
        self.portal
            .table
            .promotions()
            .step(record, &after, step)
            .await?;
        Ok(Progress::Changed)
    }

    /// Ends a promotion as failed.
    pub(super) async fn give_up(
        self,
        record: &PromotionRecord,
        why: impl Into<String>,
        now: Timestamp,
    ) -> Result<Progress> {
        let after = record.promotion.clone().fail(why, now)?;
        Execution::of(self.portal).end(record, &after, now).await
    }
}

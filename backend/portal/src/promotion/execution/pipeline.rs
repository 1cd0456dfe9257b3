//! Pipelines: an execution is started once, with the promotion's identifier as token and as variable. Whether it was
//! started is never guessed: `CodePipeline` is asked for the execution that has the variable.

use domain::{
    Timestamp,
    id::RunId,
    path::{PipelineTarget, Start as How},
    promotion::{Promotion, PromotionKind},
    variables,
};
use store::table::{BuildRecord, PromotionRecord};
use targets::{
    Role,
    codepipeline::{CallError, Pipeline, Revision, Start},
};

use super::{CalledPipeline, SILENCE};
use crate::{
    Result,
    promotion::{execution::Calls, progress::Progress},
};

/// The variable that an execution is found by.
const PROMOTION: &str = "promotion";

/// The variable that pipelines declared by an earlier version of their construct do not have.
const DIGESTS: &str = "digests";

/// What became of a call, or of looking for one.
pub(super) enum Found {
    /// An execution carries the promotion out.
    By(String),
    /// None is to be seen yet.
    NotYet,
    /// None will, for this reason.
    Never(String),
}

/// A promotion and the pipeline that it is for.
pub(super) struct PipelineCall<'a> {
    pub(super) pipeline: Pipeline,
    pub(super) called: &'a CalledPipeline<'a>,
    pub(super) promotion: &'a Promotion,
    pub(super) build: &'a BuildRecord,
}

impl CalledPipeline<'_> {
    /// The pipeline, as it is called.
    pub(super) async fn pipeline(&self) -> Pipeline {
        let PipelineTarget {
            pipeline,
            role,
            external_id,
            ..
        } = self.target;
        let role = role.as_ref().map(|arn| Role {
            arn: arn.clone(),
            external_id: external_id.clone(),
        });
        let (account, region) = (self.account, self.region);
        let found = self
            .pipelines
            .pipeline(&pipeline.name, account, region, role);
        found.await
    }

    /// What the runs of the pipeline begin with.
    pub(super) fn runs(&self) -> String {
        let Self {
            account, region, ..
        } = self;
        let name = &self.target.pipeline.name;
        format!("codepipeline/{account}/{region}/{name}/")
    }
}

impl Calls<'_> {
    /// Calls the pipeline of a promotion, if that was not done before; else looks for what came of it.
    pub(super) async fn call_pipeline(
        self,
        record: &PromotionRecord,
        called: &CalledPipeline<'_>,
        fresh: bool,
        now: Timestamp,
    ) -> Result<Progress> {
        let promotion = &record.promotion;
        let build = self.portal.builds().record(&promotion.build).await?;
        let call = PipelineCall {
            pipeline: called.pipeline().await,
            called,
            promotion,
            build: &build,
        };
        let carried = if fresh {
            call.call().await
        } else {
            call.look().await
        };
        match carried {
            Ok(Found::By(execution)) => {
                let run: Result<RunId, _> = format!("{}{execution}", called.runs()).parse();
                match run {
                    Ok(run) => self.carried_by(record, run, now).await,
                    Err(error) => self.give_up(record, error.to_string(), now).await,
                }
            }
            Ok(Found::Never(why)) => self.give_up(record, why, now).await,
            Ok(Found::NotYet) if now >= promotion.since + SILENCE => {
                let name = call.pipeline.name();
                let why = format!(
                    "no execution of the pipeline {name} carries this promotion, ten minutes after it was to start: look \
                     whether the pipeline works, and ask for the promotion again"
                );
                self.give_up(record, why, now).await
            }
            Ok(Found::NotYet) => Ok(Progress::Idle),
            // What came of the call is not known: it is looked for later.
            Err(error) if error.is_ambiguous() || (!fresh && !error.is_lasting()) => {
                Ok(Progress::Tried(domain::causes::chain(&error)))
            }
            Err(error) if !fresh => {
                let why = format!(
                    "{}. Look at the pipeline first: whether an earlier call has started it is not known",
                    sentence(&error)
                );
                self.give_up(record, why, now).await
            }
            Err(error) => self.give_up(record, sentence(&error), now).await,
        }
    }
}

impl PipelineCall<'_> {
    async fn call(&self) -> Result<Found, CallError> {
        if self.promotion.kind == PromotionKind::Rollback
            && let Some(stage) = &self.called.target.rollback_stage
            && let Some(earlier) = self.earlier()
        {
            match self.pipeline.roll_back(stage, earlier).await {
                Ok(execution) => return Ok(Found::By(execution)),
                Err(error) if error.rules_out_rollback() => {
                    tracing::warn!(
                        promotion = %self.promotion.id,
                        stage,
                        error = domain::causes::chain(&error),
                        "the stage cannot be rolled back: the earlier build is carried there anew"
                    );
                }
                Err(error) => return Err(error),
            }
        }
        match &self.called.target.start {
            How::Execution => self.start().await,
            How::Approval { stage, action } => self.approve(stage, action, true).await,
        }
    }

    /// Looks for what an earlier call did. Nothing here starts anything.
    async fn look(&self) -> Result<Found, CallError> {
        let since = self.promotion.since;
        if self.promotion.kind == PromotionKind::Rollback
            && self.called.target.rollback_stage.is_some()
            && let Some(earlier) = self.earlier()
            && let Some(found) = self.pipeline.rollback_to(earlier, since).await?
        {
            return Ok(Found::By(found.id));
        }
        match &self.called.target.start {
            How::Execution => {
                let id = self.promotion.id.as_str();
                let found = self.pipeline.started_with(PROMOTION, id, since).await?;
                Ok(found.map_or(Found::NotYet, |found| Found::By(found.id)))
            }
            How::Approval { stage, action } => self.approve(stage, action, false).await,
        }
    }

    async fn start(&self) -> Result<Found, CallError> {
        let build = &self.build.build;
        let start = Start {
            token: self.promotion.id.as_str(),
            variables: vec![
                (PROMOTION, self.promotion.id.to_string()),
                ("build", build.id.to_string()),
                ("version", variables::version(build).unwrap_or_default()),
                ("sha256", variables::sha256(build)),
                (DIGESTS, variables::digests(build)),
            ],
            revisions: self.revisions(),
        };
        match self.pipeline.start(&start).await {
            // CodePipeline takes no variable that the pipeline does not declare, and not every pipeline declares this one.
            Err(error) if error.is("ValidationException") => {
                let promotion = &self.promotion.id;
                let error = domain::causes::chain(&error);
                tracing::info!(%promotion, error, "the pipeline is started without the variable digests");
                let token = format!("{}-without-digests", self.promotion.id);
                let mut start = start;
                start.token = &token;
                start.variables.retain(|(name, _)| *name != DIGESTS);
                self.pipeline.start(&start).await
            }
            started => started,
        }
        .map(Found::By)
    }

    fn revisions(&self) -> Vec<Revision<'_>> {
        let Some(revision) = &self.build.build.revision else {
            return Vec::new();
        };
        let sources = self.called.target.source_revisions.iter();
        sources
            .map(|source| Revision {
                action: &source.action,
                kind: &source.kind,
                value: &revision.commit,
            })
            .collect()
    }

    /// The newest execution of the pipeline that released this build in that environment before.
    fn earlier(&self) -> Option<&str> {
        let runs = self.called.runs();
        let mut releases: Vec<_> = self.build.releases.iter().collect();
        releases.sort_by_key(|release| std::cmp::Reverse(release.released_at));
        releases
            .into_iter()
            .filter(|release| release.environment == self.promotion.to)
            .filter_map(|release| release.run.as_ref())
            .find_map(|run| run.as_str().strip_prefix(&runs))
    }
}

fn sentence(error: &CallError) -> String {
    match error {
        CallError::Refused { .. } => {
            format!("{error}: correct that, and ask for the promotion again")
        }
        CallError::Denied { .. } => format!("{error}: grant it, and ask for the promotion again"),
        CallError::Role { .. } => {
            format!("{error}: look at its trust policy, and ask for the promotion again")
        }
        CallError::Busy { .. } => format!("{error}: ask for the promotion again later"),
        CallError::Unknown { .. } => error.to_string(),
    }
}

//! What a deploy stage did: the build is released in the environment. With the promotion that it carries out, that is its
//! end; without one, the release is noted as what happened.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    actor::Actor,
    audit::Principal,
    id::RunId,
    promotion::{Promotion, State},
    release::Release,
};
use sources::job::{Job, Waiting, parameters::Move};
use targets::codepipeline::Jobs;

use super::{Done, Failure, LONGEST, Outcome};
use crate::{
    access::Action,
    jobs::Tasks,
    promotion::{Decisions, PipelineGate},
    register::{Registrations, releases::Direct},
};

impl Tasks<'_> {
    pub(super) async fn release_job(
        self,
        jobs: &Jobs,
        job: &Job,
        asked: &Move,
        now: Timestamp,
    ) -> Result<Done, Failure> {
        let confirmed = self.confirm_move(jobs, job, asked).await?;
        let run = &confirmed.run;
        let by = Actor::pipeline(&confirmed.pipeline);
        let environment = Some(&asked.environment);
        let action = Action::Register {
            app: &asked.app,
            environment,
        };
        self.portal.authorise(&by, action)?;
        let promotion = match &asked.promotion {
            Some(id) => Some(self.named(id, asked, &confirmed).await?),
            None => self.promotion_of(run, asked).await?,
        };
        if promotion.is_none() {
            self.not_abandoned(run, asked).await?;
        }
        let release = match promotion {
            Some(promotion) => match self.end_with_release(&promotion, run, now).await? {
                Some(release) => release,
                None => return waits(job, &promotion, now),
            },
            None => {
                self.release_without_promotion(job, asked, run, by, now)
                    .await?
            }
        };
        let build = self.portal.builds().record(&asked.build).await?.build;
        Ok(Done {
            outputs: self.portal.jobs().outputs(&build, environment),
            summary: format!(
                "{} build {} is released in {}",
                asked.app, build.number, asked.environment
            ),
            external: Some(build.id.to_string()),
            continuation: None,
            outcome: Outcome::Released(Box::new(release)),
        })
    }

    /// What a run deploys whose promotion was abandoned is no release.
    async fn not_abandoned(self, run: &RunId, asked: &Move) -> Result<(), Failure> {
        let table = &self.portal.table;
        let Some(id) = table.promotions().of_run(run).await? else {
            return Ok(());
        };
        let found = table
            .promotions()
            .get(&id)
            .await?
            .map(|record| record.promotion);
        match found.filter(|found| found.app == asked.app && found.to == asked.environment) {
            Some(Promotion {
                state: State::Abandoned { by, why },
                ..
            }) => Err(Failure::artifact(format!(
                "Promotion {id} was abandoned by {}, so nothing was released: {why}.",
                by.name
            ))),
            Some(_) | None => Ok(()),
        }
    }

    /// The release that ends a promotion; none while a hold is in the way.
    async fn end_with_release(
        self,
        promotion: &Promotion,
        run: &RunId,
        now: Timestamp,
    ) -> Result<Option<Release>, Failure> {
        let id = &promotion.id;
        let ended = match Decisions::of(self.portal).assign_run(id, run, now).await? {
            PipelineGate::Carries(_) => Decisions::of(self.portal).complete_in_run(id, now).await?,
            PipelineGate::CarriedElsewhere(other) => {
                return Err(Failure::configuration(format!(
                    "Promotion {id} is carried out by the run {other}, not by this one."
                )));
            }
        };
        if ended.state != State::Succeeded {
            if matches!(ended.state, State::Starting | State::Running) {
                return Ok(None);
            }
            let why = match &ended.state {
                State::Failed { why } => why.as_str(),
                _ => "open its page to see what became of it",
            };
            return Err(Failure::artifact(format!(
                "Promotion {id} is {}, so nothing was released: {why}.",
                ended.state.word()
            )));
        }
        let releases = self.portal.builds().record(&ended.build).await?.releases;
        let mut found = releases.into_iter();
        found
            .find(|release| {
                let by = release.promotion.as_ref();
                by.is_some_and(|by| by.id == *id)
            })
            .map(Some)
            .ok_or_else(|| Failure::artifact(format!("Promotion {id} has left no release.")))
    }

    /// The same job again finds the release that it made before.
    async fn release_without_promotion(
        self,
        job: &Job,
        asked: &Move,
        run: &RunId,
        by: Actor,
        now: Timestamp,
    ) -> Result<Release, Failure> {
        let record = self.portal.builds().record(&asked.build).await?;
        let (app, to) = (&asked.app, &asked.environment);
        if record.build.app != *app {
            return Err(Failure::configuration(format!(
                "UserParameters: build {} is one of {}, not of {app}.",
                asked.build, record.build.app
            )));
        }
        let before = record.releases.iter();
        let before = before
            .filter(|release| release.environment == *to)
            .find(|release| release.run.as_ref() == Some(run));
        if let Some(before) = before {
            return Ok(before.clone());
        }
        let proof = format!("job {}", job.id);
        let direct = Direct {
            to,
            run: Some(run),
            who: Principal {
                actor: &by,
                proof: &proof,
                from: None,
            },
            now,
        };
        Ok(Registrations::of(self.portal)
            .release_directly(&record, direct)
            .await?)
    }
}

/// The answer while the environment is held: the job comes again, for as long as `CodePipeline` lets it.
fn waits(job: &Job, promotion: &Promotion, now: Timestamp) -> Result<Done, Failure> {
    let waiting = Waiting::read(job.continuation.as_deref(), now);
    let why = format!(
        "{} is held: the release waits until that is lifted",
        promotion.to
    );
    if now >= waiting.since + LONGEST {
        return Err(Failure::artifact(format!(
            "CodePipeline lets an action wait for 24 hours, and this release has: {why}. Promote the build again."
        )));
    }
    Ok(Done {
        outputs: BTreeMap::new(),
        summary: why.clone(),
        external: Some(promotion.id.to_string()),
        continuation: Some(waiting.text()),
        outcome: Outcome::Waits { why },
    })
}

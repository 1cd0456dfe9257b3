//! What a deploy stage did: the build is released in the environment. With the promotion that it carries out, that is its
//! end; without one, the release is noted as what happened.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    id::RunId,
    promotion::{Promotion, State},
    release::Release,
};
use portal::promotion::{PipelineGate, PipelineRun};
use sources::job::{Job, Waiting, parameters::Move};

use crate::{Done, Failure, LONGEST, Outcome, Tasks, gate::promotion_of};

impl Tasks<'_> {
    pub(crate) async fn release_job(
        self,
        job: &Job,
        asked: &Move,
        now: Timestamp,
    ) -> Result<Done, Failure> {
        let confirmed = self.confirm_move(job, asked).await?;
        let run = &self.run_of(&confirmed, asked)?;
        let promotion = match &asked.promotion {
            Some(id) => Some(self.named(run, id, asked, &confirmed).await?),
            None => promotion_of(run, asked).await?,
        };
        if promotion.is_none() {
            not_abandoned(run, asked).await?;
        }
        let release = match promotion {
            Some(promotion) => match end_with_release(run, &promotion, now).await? {
                Some(release) => release,
                None => return waits(job, &promotion, now),
            },
            None => release_without_promotion(run, &confirmed.run, job, asked, now).await?,
        };
        let build = run.build(&asked.build).await?.build;
        Ok(Done {
            outputs: self.jobs.outputs(&build, Some(&asked.environment)),
            summary: format!(
                "{} build {} is released in {}",
                asked.app, build.number, asked.environment
            ),
            external: Some(build.id.to_string()),
            continuation: None,
            outcome: Outcome::Released(Box::new(release)),
        })
    }
}

/// What a run deploys whose promotion was abandoned is no release.
async fn not_abandoned(run: &PipelineRun<'_>, asked: &Move) -> Result<(), Failure> {
    let found = run.own_promotion().await?;
    match found.filter(|found| found.app == asked.app && found.to == asked.environment) {
        Some(Promotion {
            id,
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
    run: &PipelineRun<'_>,
    promotion: &Promotion,
    now: Timestamp,
) -> Result<Option<Release>, Failure> {
    let id = &promotion.id;
    let ended = match run.assign(id, now).await? {
        PipelineGate::Carries(_) => run.complete(id, now).await?,
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
    let releases = run.build(&ended.build).await?.releases;
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
    run: &PipelineRun<'_>,
    id: &RunId,
    job: &Job,
    asked: &Move,
    now: Timestamp,
) -> Result<Release, Failure> {
    let record = run.build(&asked.build).await?;
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
        .find(|release| release.run.as_ref() == Some(id));
    if let Some(before) = before {
        return Ok(before.clone());
    }
    let proof = format!("job {}", job.id);
    Ok(run.release(&record, &proof, now).await?)
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

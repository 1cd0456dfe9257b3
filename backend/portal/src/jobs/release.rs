//! What a deploy stage did: the build is released in the environment. With the promotion that it carries out, that is its
//! end; without one, the release is noted as what happened.

use domain::{
    Timestamp,
    actor::Actor,
    id::RunId,
    promotion::{Promotion, State},
    release::Release,
};
use jiff::SignedDuration;

use targets::codepipeline::Jobs;

use super::{Done, Failure, Job, Outcome, parameters::Move};
use crate::{Portal, access::Action, promotion::Boarded};

impl Portal {
    pub(super) async fn release_job(
        &self,
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
        self.authorise(&by, action)?;
        let promotion = match &asked.promotion {
            Some(id) => Some(self.named(id, asked, &confirmed).await?),
            None => self.promotion_of(run, asked).await?,
        };
        let release = match promotion {
            Some(promotion) => self.end_with_release(&promotion, run, now).await?,
            None => self.release_directly(asked, run, by, now).await?,
        };
        let build = self.build_record(&asked.build).await?.build;
        Ok(Done {
            outputs: self.outputs(&build, environment),
            summary: format!(
                "{} build {} is released in {}",
                asked.app, build.number, asked.environment
            ),
            external: Some(build.id.to_string()),
            continuation: None,
            outcome: Outcome::Released(Box::new(release)),
        })
    }

    async fn end_with_release(
        &self,
        promotion: &Promotion,
        run: &RunId,
        now: Timestamp,
    ) -> Result<Release, Failure> {
        let id = &promotion.id;
        let ended = match self.board(id, run, now).await? {
            Boarded::On(_) => self.deliver(id, now).await?,
            Boarded::Elsewhere(other) => {
                return Err(Failure::configuration(format!(
                    "Promotion {id} is carried out by the run {other}, not by this one."
                )));
            }
        };
        if ended.state != State::Succeeded {
            let why = match &ended.state {
                State::Failed { why } => why.as_str(),
                _ => "open its page to see what became of it",
            };
            return Err(Failure::artifact(format!(
                "Promotion {id} is {}, so nothing was released: {why}.",
                ended.state.word()
            )));
        }
        let releases = self.build_record(&ended.build).await?.releases;
        let mut found = releases.into_iter();
        found
            .find(|release| {
                let by = release.promotion.as_ref();
                by.is_some_and(|by| by.id == *id)
            })
            .ok_or_else(|| Failure::artifact(format!("Promotion {id} has left no release.")))
    }

    /// The same job again finds the release that it made before.
    async fn release_directly(
        &self,
        asked: &Move,
        run: &RunId,
        by: Actor,
        now: Timestamp,
    ) -> Result<Release, Failure> {
        let record = self.build_record(&asked.build).await?;
        let (app, to) = (&asked.app, &asked.environment);
        if record.build.app != *app {
            return Err(Failure::configuration(format!(
                "UserParameters: build {} is one of {}, not of {app}.",
                asked.build, record.build.app
            )));
        }
        if let Some(hold) = &record.withdrawn {
            return Err(Failure::artifact(format!(
                "Build {} was withdrawn: {}. Release another one.",
                record.build.number, hold.reason
            )));
        }
        let before = record.releases.iter();
        let before = before
            .filter(|release| release.environment == *to)
            .find(|release| release.run.as_ref() == Some(run));
        let table = &self.store().table;
        let release = if let Some(release) = before {
            release.clone()
        } else {
            let newest = table.newest_at(app, to).await?;
            let after = newest.map(|at| at + SignedDuration::from_millis(1));
            let at = after.map_or(now, |after| after.max(now));
            Release::of(&record.build, to.clone(), Some(run.clone()), at, by)
        };
        table.put_release(&release).await?;
        self.follow(app, to, now).await;
        Ok(release)
    }
}

//! Which runs may have checked a build: the run that made it, and later ones of the check's pipeline on its revision.
//!
//! Runs are found in the app's list, newest first, back to a day before the build was registered and at the most
//! [`MOST_PAGES`] pages, so that what this costs does not grow with history.

use domain::{
    Timestamp,
    build::Build,
    digest::Digest,
    id::{AppId, RunId},
    page::{Cursor, Limit},
    path::Check,
    promotion::{CheckFacts, CheckRun},
    view::RunSummary,
};
use jiff::SignedDuration;
use store::table::{RunList, RunRecord};

use crate::{Portal, Result};

/// How many pages of 100 runs are looked through.
const MOST_PAGES: usize = 5;
/// How many runs of one check are read whole.
const MOST_RUNS: usize = 10;
/// How long before a build's registration the runs may have begun that check it.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);

impl Portal {
    /// What is known of each check for a build.
    pub(super) async fn check_facts(
        &self,
        checks: &[Check],
        build: &Build,
        now: Timestamp,
    ) -> Result<Vec<CheckFacts>> {
        let mut facts = Vec::new();
        for check in checks {
            facts.push(CheckFacts {
                runs: self.runs_of(check, build, now).await?,
                check: check.clone(),
            });
        }
        Ok(facts)
    }

    /// Whether no other build of the app was made of the same revision, among the newest hundred.
    pub(super) async fn is_only_one_of_revision(&self, app: &AppId, build: &Build) -> Result<bool> {
        let Some(revision) = &build.revision else {
            return Ok(true);
        };
        let limit = Limit::try_from(100).unwrap_or_default();
        let builds = self.store().table.builds(app, limit, None).await?;
        let mut others = builds.items.iter().filter(|other| other.id != build.id);
        let same = |commit: &str| commit == revision.commit;
        Ok(!others.any(|other| other.revision.as_ref().is_some_and(|it| same(&it.commit))))
    }

    async fn runs_of(&self, check: &Check, build: &Build, now: Timestamp) -> Result<Vec<CheckRun>> {
        let mut ids: Vec<RunId> = self.listed_runs(check, build, now).await?;
        if let Some(own) = build.run.as_ref().filter(|own| !ids.contains(own)) {
            ids.push(own.clone());
        }
        let mut runs = Vec::new();
        for id in ids {
            let Some(record) = self.store().table.run(&id).await? else {
                continue;
            };
            let pipeline = &record.run.pipeline;
            if pipeline.source == check.source && pipeline.name == check.pipeline {
                let digest = self.digest_of(&record, build).await?;
                let step = check.step.as_ref();
                let step = step.and_then(|name| {
                    let mut steps = record.steps.iter();
                    steps.find(|step| step.id.as_str() == name)
                });
                runs.push(CheckRun::of(check, &record.run, step, digest));
            }
        }
        Ok(runs)
    }

    /// Runs of the check's pipeline that a list shows with the build's commit.
    async fn listed_runs(
        &self,
        check: &Check,
        build: &Build,
        now: Timestamp,
    ) -> Result<Vec<RunId>> {
        let Some(revision) = &build.revision else {
            return Ok(Vec::new());
        };
        let fits = |run: &RunSummary| {
            run.pipeline.source == check.source
                && run.pipeline.name == check.pipeline
                && run.run.commit.as_deref() == Some(revision.short_commit())
        };
        let since = build.registered_at.min(now) - BEFORE;
        let list = RunList {
            app: self.fed_app(check),
            failed: false,
        };
        let limit = Limit::try_from(100).unwrap_or_default();
        let mut ids = Vec::new();
        let mut cursor: Option<Cursor> = None;
        for _ in 0..MOST_PAGES {
            let table = &self.store().table;
            let page = table.runs(list, limit, cursor.as_ref()).await?;
            let old = page
                .items
                .last()
                .is_none_or(|run| run.run.started_at < since);
            ids.extend(
                page.items
                    .iter()
                    .filter(|run| fits(run))
                    .map(|run| run.run.id.clone()),
            );
            cursor = page.next;
            if old || cursor.is_none() || ids.len() >= MOST_RUNS {
                break;
            }
        }
        ids.truncate(MOST_RUNS);
        Ok(ids)
    }

    /// The app in whose list the runs of a check's pipeline are.
    fn fed_app(&self, check: &Check) -> Option<&AppId> {
        let mut feeds = self.catalog().feeds.iter();
        let feed =
            feeds.find(|feed| feed.source == check.source && feed.pipeline == check.pipeline);
        feed.map(|feed| &feed.app)
    }

    /// The digest of the build that a run is known to have made or carried.
    async fn digest_of(&self, run: &RunRecord, build: &Build) -> Result<Option<Digest>> {
        let made = build.run.as_ref() == Some(&run.run.id)
            || run.builds.iter().any(|made| made.id == build.id);
        if made {
            return Ok(Some(build.digest()));
        }
        let Some(promotion) = &run.promotion else {
            return Ok(None);
        };
        let carried = self.store().table.promotion(promotion).await?;
        Ok(carried.map(|record| record.promotion.digest))
    }
}

//! Which runs may have checked a build: the run that made it, and those of the check's pipeline on its commit. Only what is
//! proven counts: of the build which run made it and of which commit, of the run all.
//!
//! Runs are found by the commit, which one consistent query answers however old they are.

use domain::{
    build::Build,
    digest::Digest,
    event::Pipeline,
    id::{AppId, RunId},
    known::Known,
    page::Limit,
    path::Check,
    promotion::{CheckFacts, CheckRun},
};
use store::table::RunRecord;

use crate::{Result, promotion::Situations};

/// How many runs of one check are read whole: the newest.
const MOST_RUNS: usize = 10;

impl Situations<'_> {
    /// What is known of each check for a build.
    pub(super) async fn check_facts(
        self,
        checks: &[Check],
        build: &Build,
    ) -> Result<Vec<CheckFacts>> {
        let mut facts = Vec::new();
        for check in checks {
            facts.push(CheckFacts {
                runs: self.runs_of(check, build).await?,
                check: check.clone(),
            });
        }
        Ok(facts)
    }

    /// Whether no other build of the app was made of the same revision, among the newest hundred.
    pub(super) async fn is_only_one_of_revision(self, app: &AppId, build: &Build) -> Result<bool> {
        let Some(revision) = &build.revision else {
            return Ok(true);
        };
        let limit = Limit::try_from(100).unwrap_or_default();
        let builds = self.portal.table.builds().list(app, limit, None).await?;
        let mut others = builds
            .items
            .iter()
            .filter(|other| other.id != build.id && other.origin.commit.is_proven());
        let same = |commit: &str| commit == revision.commit;
        Ok(!others.any(|other| other.revision.as_ref().is_some_and(|it| same(&it.commit))))
    }

    async fn runs_of(self, check: &Check, build: &Build) -> Result<Vec<CheckRun>> {
        let mut ids: Vec<RunId> = self.runs_on_commit(check, build).await?;
        if let Some(own) = build.run.as_ref().filter(|own| !ids.contains(own)) {
            ids.push(own.clone());
        }
        let mut runs = Vec::new();
        for id in ids {
            let Some(record) = self.portal.table.runs().get_now(&id).await? else {
                continue;
            };
            if self.is_run_of(check, &record.run.pipeline) {
                let digest = self.digest_of(&record, build).await?;
                let step = check.step.as_ref();
                let step = step.and_then(|name| {
                    let mut steps = record.steps.iter();
                    steps.find(|step| step.id.as_str() == name)
                });
                let proven = record.known.is_proven()
                    && step.is_none_or(|step| record.proven_steps.contains(&step.id));
                let known = Known::proven_if(proven);
                runs.push(CheckRun::of(check, &record.run, step, digest, known));
            }
        }
        Ok(runs)
    }

    /// Runs of the check's pipeline that are proven to have run on the build's commit, the newest at the most.
    async fn runs_on_commit(self, check: &Check, build: &Build) -> Result<Vec<RunId>> {
        let revision = build.revision.as_ref();
        let Some(revision) = revision.filter(|_| build.origin.commit.is_proven()) else {
            return Ok(Vec::new());
        };
        let mut runs = self.portal.table.runs().of_commit(&revision.commit).await?;
        runs.retain(|run| self.is_run_of(check, &run.pipeline));
        runs.sort_by_key(|run| std::cmp::Reverse(run.started_at));
        runs.truncate(MOST_RUNS);
        Ok(runs.into_iter().map(|run| run.run).collect())
    }

    /// Whether a run is one of the check's pipeline: of the account and region that the configuration gives that, which are
    /// this deployment's own where it gives none. A deployment that does not know its own account, as on a laptop, takes any.
    fn is_run_of(self, check: &Check, pipeline: &Pipeline) -> bool {
        if pipeline.source != check.source || pipeline.name != check.pipeline {
            return false;
        }
        let own = self.portal.parts.executors.account.as_ref();
        let fits = |account: Option<&String>, region: Option<&String>| {
            let account = account.or(own);
            let region = region.unwrap_or(&self.portal.parts.region);
            // A source without accounts or regions has none to compare.
            let same = |has: Option<&String>, wanted: Option<&String>| {
                has.is_none() || wanted.is_none() || has == wanted
            };
            same(pipeline.account.as_ref(), account) && same(pipeline.region.as_ref(), Some(region))
        };
        let feeds = self.portal.catalog().feeds.iter();
        let mut named = feeds
            .filter(|feed| feed.source == check.source && feed.pipeline == check.pipeline)
            .peekable();
        if named.peek().is_none() {
            return fits(None, None);
        }
        named.any(|feed| fits(feed.account.as_ref(), feed.region.as_ref()))
    }

    /// The digest of the build that a run is known to have made or carried.
    async fn digest_of(self, run: &RunRecord, build: &Build) -> Result<Option<Digest>> {
        if build.run.as_ref() == Some(&run.run.id) && build.origin.run.is_proven() {
            return Ok(Some(build.digest()));
        }
        let Some(promotion) = &run.promotion else {
            return Ok(None);
        };
        let carried = self.portal.table.promotions().get(promotion).await?;
        Ok(carried.map(|record| record.promotion.digest))
    }
}

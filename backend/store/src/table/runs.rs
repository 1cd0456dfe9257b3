//! Runs and their steps, joined from events by the process that brings them.

use std::collections::HashSet;

use domain::{
    Timestamp,
    build::BuildBrief,
    event::{Pipeline, Revision},
    fold::{Latest, OrderKey},
    id::{AppId, EnvironmentId, PromotionId, RunId, StepId},
    known::Known,
    page::{Cursor, Limit, Page},
    run::{Run, RunBrief, Step},
    status::Status,
    view::RunSummary,
};
use serde::{Deserialize, Serialize};

use super::{
    FeedRef, RunList,
    calls::{Condition, Write, Written},
    handle::Runs,
    item::{self, Item},
    keys::{self, INDEXED, RunPart},
    list::Place,
    promotions::Pointer,
    tries::Tries,
};
use crate::Result;

/// A step after an event was joined into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedStep {
    pub step: Step,
    /// Whether it was not there before.
    pub was_new: bool,
}

/// One run with all that is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    pub run: Run,
    /// The app that its pipeline fed when it was last heard of.
    pub app: Option<AppId>,
    /// The environment that its pipeline fed then.
    pub environment: Option<EnvironmentId>,
    /// Whether all that is kept of it is what its platform said.
    pub known: Known,
    /// Its steps, by name.
    pub steps: Vec<Step>,
    /// Those of its steps of which that is so, too.
    pub proven_steps: HashSet<StepId>,
    /// Builds that it registered.
    pub builds: Vec<BuildBrief>,
    /// The promotion that it carries out.
    pub promotion: Option<PromotionId>,
}

/// A run that ran on a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOfCommit {
    pub run: RunId,
    /// What it is one execution of.
    pub pipeline: Pipeline,
    /// When it started, as far as it was known then.
    pub started_at: Timestamp,
}

/// How long is kept which runs ran on a commit: as long as events are.
const KEPT_SECONDS: i64 = 400 * 24 * 3600;

/// A run as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RunRow {
    #[serde(flatten)]
    run: Run,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<AppId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<EnvironmentId>,
    /// How it is known; none of what a version wrote that did not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known: Option<Known>,
    /// Counts the writes, so that nobody writes over what he has not read.
    version: u64,
}

/// A step as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct StepRow {
    #[serde(flatten)]
    step: Step,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known: Option<Known>,
    version: u64,
}

/// What the index holds of a run.
#[derive(Debug, Deserialize)]
struct IndexedRun {
    id: RunId,
    key: Option<OrderKey>,
    status: Status,
    started_at: Timestamp,
    updated_at: Timestamp,
    pipeline: Pipeline,
    environment: Option<EnvironmentId>,
    revision: Option<Latest<Revision>>,
}

impl Runs<'_> {
    /// Joins what is newly known of a run into what is stored of it, and gives the whole. Nothing is written when that
    /// says nothing new.
    ///
    /// What its platform said outranks all that was merely claimed: the first of it replaces that, and nothing of the kind
    /// is joined any more.
    pub async fn join(self, run: Run, known: Known, feed: FeedRef<'_>) -> Result<Run> {
        let what = format!("run {}", run.id);
        let mut tries = Tries::of(&what);
        loop {
            let before = self.run_row(&run.id).await?;
            let (joined, known) = match &before {
                Some(row) => outranked(row.known, &row.run, known, &run, Run::join),
                None => (run.clone(), known),
            };
            let after = RunRow {
                run: joined,
                known: Some(known),
                app: feed.map(|(app, _)| app.clone()),
                environment: feed.map(|(_, environment)| environment.clone()),
                version: before.as_ref().map_or(0, |row| row.version) + 1,
            };
            let same = before.as_ref().is_some_and(|row| {
                row.run == after.run
                    && row.known == after.known
                    && row.app == after.app
                    && row.environment == after.environment
            });
            if same {
                return Ok(after.run);
            }
            // Before, so that whatever breaks off in between, the next event of the run does it again.
            if let Some(commit) = newly_proven_commit(before.as_ref(), &after) {
                self.put_run_of_commit(commit, &after.run).await?;
            }
            if self.put_run(before.as_ref(), &after, feed).await? {
                return Ok(after.run);
            }
            tries.again().await?;
        }
    }

    /// Joins what is newly known of a step into what is stored of it.
    pub async fn join_step(self, run: &RunId, step: Step, known: Known) -> Result<JoinedStep> {
        let key = keys::step(run, &step.id);
        let what = format!("step {} of run {run}", step.id);
        let mut tries = Tries::of(&what);
        loop {
            let before: Option<StepRow> = match self.table.calls.get(&key, true).await? {
                Some(item) => Some(item::read(item)?),
                None => None,
            };
            let was_new = before.is_none();
            let version = before.as_ref().map(|row| row.version);
            let (joined, known) = match &before {
                Some(row) => outranked(row.known, &row.step, known, &step, Step::join),
                None => (step.clone(), known),
            };
            let same = |row: StepRow| row.step == joined && row.known == Some(known);
            if before.is_some_and(same) {
                return Ok(JoinedStep {
                    step: joined,
                    was_new,
                });
            }
            let after = StepRow {
                step: joined,
                known: Some(known),
                version: version.unwrap_or(0) + 1,
            };
            let item = item::of(&key, &after)?;
            let condition = Condition::version(version);
            if self.table.calls.put_if(item, Some(condition)).await? == Written::Yes {
                return Ok(JoinedStep {
                    step: after.step,
                    was_new,
                });
            }
            tries.again().await?;
        }
    }

    /// One run with its steps and builds.
    pub async fn get(self, id: &RunId) -> Result<Option<RunRecord>> {
        self.read_run(id, false).await
    }

    /// The same as it is at this moment: for decisions.
    pub async fn get_now(self, id: &RunId) -> Result<Option<RunRecord>> {
        self.read_run(id, true).await
    }

    /// Builds that a run has made, whether it was heard of or not.
    pub async fn builds_of(self, id: &RunId) -> Result<Vec<BuildBrief>> {
        let partition = keys::run_partition(id);
        let items = self
            .table
            .calls
            .partition(&partition, true)
            .await?
            .into_iter();
        items
            .filter(|item| keys::run_part(item::text(item, keys::SK)) == RunPart::Build)
            .map(item::read)
            .collect()
    }

    async fn read_run(self, id: &RunId, consistent: bool) -> Result<Option<RunRecord>> {
        let mut row: Option<RunRow> = None;
        let (mut steps, mut builds) = (Vec::new(), Vec::new());
        let mut proven_steps = HashSet::new();
        let mut promotion = None;
        let partition = keys::run_partition(id);
        for item in self.table.calls.partition(&partition, consistent).await? {
            match keys::run_part(item::text(&item, keys::SK)) {
                RunPart::Run => row = Some(item::read(item)?),
                RunPart::Step => {
                    let row: StepRow = item::read(item)?;
                    if row.known == Some(Known::Proven) {
                        proven_steps.insert(row.step.id.clone());
                    }
                    steps.push(row.step);
                }
                RunPart::Build => builds.push(item::read(item)?),
                RunPart::Promotion => promotion = Some(item::read::<Pointer>(item)?.promotion),
                RunPart::Marker => {}
            }
        }
        Ok(row.map(|row| RunRecord {
            run: row.run,
            app: row.app,
            environment: row.environment,
            known: row.known.unwrap_or_default(),
            steps,
            proven_steps,
            builds,
            promotion,
        }))
    }

    /// The runs that ran on a commit, as their platforms say, as it is at this moment: one query, bounded by how often a
    /// commit is run on.
    pub async fn of_commit(self, commit: &str) -> Result<Vec<RunOfCommit>> {
        let partition = keys::commit_partition(commit);
        let items = self.table.calls.partition(&partition, true).await?;
        items.into_iter().map(item::read).collect()
    }

    async fn put_run_of_commit(self, commit: &str, run: &Run) -> Result<()> {
        let record = RunOfCommit {
            run: run.id.clone(),
            pipeline: run.pipeline.clone(),
            started_at: run.started_at,
        };
        let mut item = item::of(&keys::commit_run(commit, &run.id), &record)?;
        item::expire(&mut item, run.started_at.as_second() + KEPT_SECONDS);
        self.table.calls.put(item).await
    }

    /// The pipeline that a run is one execution of, if the run was heard of.
    pub async fn pipeline_of(self, id: &RunId) -> Result<Option<Pipeline>> {
        Ok(self.run_row(id).await?.map(|row| row.run.pipeline))
    }

    /// One page of runs, newest first.
    pub async fn list(
        self,
        list: RunList<'_>,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<RunSummary>> {
        let partition = keys::runs_partition(list);
        let page = self
            .table
            .calls
            .page::<IndexedRun>(Place::Index, &partition, limit, cursor)
            .await?;
        Ok(Page {
            items: page.items.into_iter().map(IndexedRun::summary).collect(),
            next: page.next,
        })
    }

    /// What a list shows of a run as it is at this moment, unless it works for another run.
    pub(super) async fn brief_now(self, id: &RunId) -> Result<Option<RunBrief>> {
        let row = self.run_row(id).await?;
        Ok(row
            .filter(|row| row.run.parent.is_none())
            .map(|row| row.run.brief()))
    }

    async fn run_row(self, id: &RunId) -> Result<Option<RunRow>> {
        let item = self.table.calls.get(&keys::run(id), true).await?;
        item.map(item::read).transpose()
    }

    /// Writes a run, unless it was changed since it was read. The marker that lists a failed run is written with it or
    /// not at all: between two writes, someone else could see the run run again.
    async fn put_run(
        self,
        before: Option<&RunRow>,
        after: &RunRow,
        feed: FeedRef<'_>,
    ) -> Result<bool> {
        let mut item = item::of(&keys::run(&after.run.id), after)?;
        let marker = failed_marker(&after.run, &item, feed);
        if let Some(place) = keys::listed_run(&after.run, feed) {
            item.extend(place.attributes());
        }
        let condition = Some(Condition::version(before.map(|row| row.version)));
        let was_marked = before.is_some_and(|row| is_marked(&row.run));
        let beside = match marker {
            Some(marker) => Write::Put(marker, None),
            None if was_marked => Write::Delete(keys::failed(&after.run.id)),
            None => return Ok(self.table.calls.put_if(item, condition).await? == Written::Yes),
        };
        let writes = vec![Write::Put(item, condition), beside];
        Ok(self.table.calls.transact(writes).await? == Written::Yes)
    }
}

/// What is kept of a run or step once something is said of it: of two that are known alike both, else what is proven. What
/// a version wrote that did not ask is joined with either, and is then known as that is.
fn outranked<T: Clone>(
    was: Option<Known>,
    before: &T,
    is: Known,
    new: &T,
    join: impl FnOnce(T, T) -> T,
) -> (T, Known) {
    match (was, is) {
        (Some(Known::Proven), Known::Claimed) => (before.clone(), Known::Proven),
        (Some(Known::Claimed), Known::Proven) => (new.clone(), Known::Proven),
        (Some(Known::Claimed) | None, Known::Claimed)
        | (Some(Known::Proven) | None, Known::Proven) => (join(before.clone(), new.clone()), is),
    }
}

/// The commit that a run is proven to run on, unless that was known of it before.
fn newly_proven_commit<'a>(before: Option<&RunRow>, after: &'a RunRow) -> Option<&'a str> {
    let commit = commit_of(after)?;
    let before = before.and_then(commit_of);
    (before != Some(commit)).then_some(commit)
}

fn commit_of(row: &RunRow) -> Option<&str> {
    let proven = row.known == Some(Known::Proven);
    let revision = row.run.revision.as_ref().filter(|_| proven)?;
    Some(&revision.value.commit)
}

fn is_marked(run: &Run) -> bool {
    run.status.is_failure() && run.parent.is_none()
}

/// What lists a run as failed, if it is.
fn failed_marker(run: &Run, item: &Item, feed: FeedRef<'_>) -> Option<Item> {
    let place = keys::listed_failure(run, feed).filter(|_| is_marked(run))?;
    let mut marker: Item = INDEXED
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), item.get(*name)?.clone())))
        .collect();
    marker.extend(keys::failed(&run.id).attributes());
    marker.extend(place.attributes());
    Some(marker)
}

impl IndexedRun {
    fn summary(self) -> RunSummary {
        let revision = self.revision.map(|revision| revision.value);
        RunSummary {
            run: RunBrief {
                id: self.id,
                key: self.key,
                status: self.status,
                started_at: self.started_at,
                finished_at: self.status.is_terminal().then_some(self.updated_at),
                commit: revision
                    .as_ref()
                    .map(|revision| revision.short_commit().to_owned()),
            },
            pipeline: self.pipeline,
            environment: self.environment,
            message: revision.and_then(|revision| revision.message),
        }
    }
}

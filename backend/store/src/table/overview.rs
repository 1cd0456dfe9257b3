//! The overview: what every environment serves, and the newest runs of every pipeline, in one partition.

use domain::{
    Timestamp,
    event::Pipeline,
    fold::OrderKey,
    id::{AppId, EnvironmentId, InvalidId},
    page::{Cursor, Limit, Page},
    release::Release,
    run::{RecentRuns, RunBrief},
    status::Status,
    view::WithdrawnBuild,
};
use serde::{Deserialize, Serialize};

use super::{
    FeedRef,
    calls::{Condition, Written},
    current,
    item::{self, Item},
    keys,
    tries::Tries,
};
use crate::{Error, Result, table::handle::Runs};

/// How long a pipeline that no app claims is kept after its last run: 30 days.
const UNASSIGNED_KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// All that the overview shows. It grows with apps and environments, never with history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverviewRecord {
    /// The release that each app's environment serves.
    pub current: Vec<Release>,
    /// Where it is not the newest one, since that was withdrawn.
    pub withdrawn: Vec<Withdrawn>,
    /// The newest runs of each pipeline.
    pub recent: Vec<RecentRuns>,
}

/// Where the newest release is not served, since its build was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    pub app: AppId,
    pub environment: EnvironmentId,
    pub build: WithdrawnBuild,
}

/// The newest runs of a pipeline as they are stored: in few bytes, so that they stay under one write unit (1 KB), since
/// they are written with every event of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct RecentRow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<AppId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<EnvironmentId>,
    pipeline: Pipeline,
    runs: Vec<BriefRow>,
    version: u64,
}

/// A run among the newest.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct BriefRow {
    /// Its identity; one that starts with its pipeline's is cut down to what follows that, with the slash.
    r: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    k: Option<OrderKey>,
    s: Status,
    /// Start.
    b: Timestamp,
    /// End.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    c: Option<String>,
}

impl RecentRow {
    fn of(recent: RecentRuns, version: u64) -> Self {
        let start = identity(&recent.pipeline);
        let row = |run: RunBrief| BriefRow {
            r: cut(run.id.as_str(), &start).to_owned(),
            k: run.key,
            s: run.status,
            b: run.started_at,
            e: run.finished_at,
            c: run.commit,
        };
        Self {
            app: recent.app,
            environment: recent.environment,
            runs: recent.runs.into_iter().map(row).collect(),
            pipeline: recent.pipeline,
            version,
        }
    }

    fn read(self) -> Result<RecentRuns> {
        let start = identity(&self.pipeline);
        let run = |row: BriefRow| {
            let id = match row.r.strip_prefix('/') {
                Some(rest) => format!("{start}/{rest}").parse(),
                None => row.r.parse(),
            };
            Ok(RunBrief {
                id: id
                    .map_err(|error: InvalidId| Error::corrupt("a run of the overview", error))?,
                key: row.k,
                status: row.s,
                started_at: row.b,
                finished_at: row.e,
                commit: row.c,
            })
        };
        Ok(RecentRuns {
            app: self.app,
            environment: self.environment,
            runs: self.runs.into_iter().map(run).collect::<Result<_>>()?,
            pipeline: self.pipeline,
        })
    }
}

/// When a pipeline that no app claims is forgotten, unless it runs again.
fn expiry(recent: &RecentRuns) -> i64 {
    let times = recent.runs.iter();
    let last = times
        .map(|run| run.finished_at.unwrap_or(run.started_at))
        .max();
    last.unwrap_or_default().as_second() + UNASSIGNED_KEPT_SECONDS
}

/// What the identities of a pipeline's runs start with, where they do.
fn identity(pipeline: &Pipeline) -> String {
    let parts = [
        Some(&pipeline.source),
        pipeline.account.as_ref(),
        pipeline.region.as_ref(),
        Some(&pipeline.name),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    parts.join("/")
}

/// What follows `start`, with its slash; or the whole, which never starts with one.
fn cut<'a>(id: &'a str, start: &str) -> &'a str {
    id.strip_prefix(start)
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(id)
}

impl OverviewRecord {
    fn add(&mut self, items: Vec<Item>) -> Result<()> {
        for item in items {
            if keys::is_current(item::text(&item, keys::SK)) {
                let place = current::place(&item)?;
                let served = current::served(item)?;
                self.current.extend(served.release);
                self.withdrawn
                    .extend(served.withdrawn.map(|build| Withdrawn {
                        app: place.app,
                        environment: place.environment,
                        build,
                    }));
            } else {
                self.recent.push(item::read::<RecentRow>(item)?.read()?);
            }
        }
        Ok(())
    }
}

impl Runs<'_> {
    /// What every environment serves, and the newest runs of every pipeline.
    pub async fn overview(self) -> Result<OverviewRecord> {
        let calls = &self.table.calls;
        let mut overview = OverviewRecord::default();
        let items = calls.below(keys::OVERVIEW, keys::END_OF_OVERVIEW).await?;
        overview.add(items)?;
        Ok(overview)
    }

    /// The same of the apps whose ids are in a range, both ends included.
    pub async fn overview_of(self, first: &AppId, last: &AppId) -> Result<OverviewRecord> {
        let calls = &self.table.calls;
        let [(current, to_current), (runs, to_runs)] = keys::overview_of(first, last);
        let (current, runs) = futures::try_join!(
            calls.between(keys::OVERVIEW, &current, &to_current),
            calls.between(keys::OVERVIEW, &runs, &to_runs),
        )?;
        let mut overview = OverviewRecord::default();
        overview.add(current)?;
        overview.add(runs)?;
        Ok(overview)
    }

    /// A page of the pipelines that no app claims and that ran lately, by source and name.
    pub async fn unassigned(
        self,
        limit: Limit,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page<RecentRuns>> {
        let start = cursor.map_or(" ", Cursor::sort_key);
        let wanted = usize::from(limit.get());
        let more = i32::from(limit.get()) + 1;
        let calls = &self.table.calls;
        let mut items = calls.above(keys::UNASSIGNED, start, more, false).await?;
        let is_last = items.len() <= wanted;
        items.truncate(wanted);
        let last = items.last().map(|item| item::text(item, keys::SK));
        let next = last.filter(|_| !is_last).map(Cursor::behind);
        // DynamoDB takes its time to delete what has expired.
        items.retain(|item| !item::has_expired(item, now));
        let rows = items
            .into_iter()
            .map(|item| item::read::<RecentRow>(item)?.read());
        Ok(Page {
            items: rows.collect::<Result<_>>()?,
            next,
        })
    }

    /// Takes a pipeline out of the overview whose app does not claim it any more: it is unassigned from now on, as long as it
    /// ran lately.
    pub async fn unassign(self, recent: &RecentRuns) -> Result<()> {
        let (Some(app), Some(environment)) = (&recent.app, &recent.environment) else {
            return Ok(());
        };
        // What is known of it from before it was claimed may be older, or newer.
        for run in &recent.runs {
            self.join_recent(None, &recent.pipeline, run.clone())
                .await?;
        }
        let calls = &self.table.calls;
        let key = keys::recent(Some((app, environment)), &recent.pipeline);
        calls.delete_if(&key, "attribute_exists(pk)").await?;
        Ok(())
    }

    /// Shows a run among the newest of its pipeline, if it is one of them and events of the run as a whole were heard.
    ///
    /// Of two who do so at once, the later must not write what it read earlier: so the run is read again after the list,
    /// and a writer that finds the list changed starts over.
    pub async fn join_recent(
        self,
        feed: FeedRef<'_>,
        pipeline: &Pipeline,
        run: RunBrief,
    ) -> Result<()> {
        if run.key.is_none() {
            return Ok(());
        }
        let key = keys::recent(feed, pipeline);
        let mut tries = Tries::of("the newest runs of a pipeline");
        loop {
            let before: Option<RecentRow> = match self.table.calls.get(&key, true).await? {
                Some(item) => Some(item::read(item)?),
                None => None,
            };
            let version = before.as_ref().map(|row| row.version);
            let brief = self.brief_now(&run.id).await?;
            let known = before.map(RecentRow::read).transpose()?;
            let recent = known.clone().unwrap_or_else(|| RecentRuns {
                app: feed.map(|(app, _)| app.clone()),
                environment: feed.map(|(_, environment)| environment.clone()),
                pipeline: pipeline.clone(),
                runs: Vec::new(),
            });
            let recent = recent.with(brief.unwrap_or_else(|| run.clone()));
            if known.as_ref() == Some(&recent) {
                return Ok(());
            }
            let expires = feed.is_none().then(|| expiry(&recent));
            let row = RecentRow::of(recent, version.unwrap_or(0) + 1);
            let mut item = item::of(&key, &row)?;
            if let Some(second) = expires {
                item::expire(&mut item, second);
            }
            let condition = Condition::version(version);
            if self.table.calls.put_if(item, Some(condition)).await? == Written::Yes {
                return Ok(());
            }
            tries.again().await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipeline(name: &str) -> Pipeline {
        Pipeline {
            source: "codepipeline".to_owned(),
            account: Some("123456789012".to_owned()),
            region: Some("eu-west-1".to_owned()),
            name: name.to_owned(),
        }
    }

    fn brief(id: &str) -> RunBrief {
        RunBrief {
            id: id.parse().unwrap(),
            key: Some(
                "00001#00000001795262400000#050#5#codepipeline:8e6b1b2c-5d4f-4a3e-9b7a-0f0e0d0c0b0a"
                    .parse()
                    .unwrap(),
            ),
            status: Status::Failed,
            started_at: "2026-11-21T12:00:00Z".parse().unwrap(),
            finished_at: Some("2026-11-21T12:10:00Z".parse().unwrap()),
            commit: Some("0f1e2d3c".to_owned()),
        }
    }

    fn recent(pipeline: Pipeline, ids: &[&str]) -> RecentRuns {
        RecentRuns {
            app: Some("wallet".parse().unwrap()),
            environment: Some("preprod".parse().unwrap()),
            pipeline,
            runs: ids.iter().map(|id| brief(id)).collect(),
        }
    }

    #[test]
    fn what_is_cut_is_put_back() {
        let recent = recent(
            pipeline("wallet"),
            &[
                "codepipeline/123456789012/eu-west-1/wallet/a",
                "codepipeline/123456789012/eu-west-1/wallet-dev/a",
                "codebuild/123456789012/eu-west-1/wallet/a",
            ],
        );
        let row = RecentRow::of(recent.clone(), 1);
        assert_eq!(row.runs[0].r, "/a");
        assert_eq!(row.read().unwrap(), recent);
    }

    #[test]
    fn the_newest_runs_of_a_pipeline_with_a_long_name_fit_into_one_write_unit() {
        let name = "wallet-android-release-candidate-preprod";
        let ids = [1, 2, 3].map(|number| {
            format!("codepipeline/123456789012/eu-west-1/{name}/0f0e0d0c-0b0a-4908-8706-05040302010{number}")
        });
        let recent = recent(pipeline(name), &ids.each_ref().map(String::as_str));
        let app = "wallet".parse().unwrap();
        let environment = "preprod".parse().unwrap();
        let key = keys::recent(Some((&app, &environment)), &recent.pipeline);
        let item = item::of(&key, &RecentRow::of(recent, 100_000)).unwrap();
        assert!(item::size(&item) <= 1024, "{} bytes", item::size(&item));
    }
}

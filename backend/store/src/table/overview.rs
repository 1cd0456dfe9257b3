//! The overview: what every environment serves, and the newest runs of every pipeline, in one partition.

use domain::{
    event::Pipeline,
    id::{AppId, EnvironmentId},
    release::Release,
    run::{RecentRuns, RunBrief},
};
use serde::{Deserialize, Serialize};

use super::{
    FeedRef, Table,
    calls::{Condition, Written},
    item, keys,
    tries::Tries,
};
use crate::Result;

/// All that the overview shows. It grows with apps and environments, never with history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverviewRecord {
    /// The release that each app's environment serves.
    pub current: Vec<Release>,
    /// The newest runs of each pipeline.
    pub recent: Vec<RecentRuns>,
}

/// The newest runs of a pipeline as they are stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct RecentRow {
    #[serde(flatten)]
    recent: RecentRuns,
    version: u64,
}

impl Table {
    /// What every environment serves, and the newest runs of every pipeline.
    pub async fn overview(&self) -> Result<OverviewRecord> {
        let mut overview = OverviewRecord::default();
        for item in self.partition(keys::OVERVIEW, false).await? {
            if keys::is_current(item::text(&item, keys::SK)) {
                overview.current.push(item::read(item)?);
            } else {
                overview.recent.push(item::read::<RecentRow>(item)?.recent);
            }
        }
        Ok(overview)
    }

    /// What an environment serves now. One read of one item, by which a tester's tap is answered.
    pub async fn current(
        &self,
        app: &AppId,
        environment: &EnvironmentId,
    ) -> Result<Option<Release>> {
        let item = self.get(&keys::current(app, environment), false).await?;
        item.map(item::read).transpose()
    }

    /// Shows a run among the newest of its pipeline, if it is one of them and events of the run as a whole were heard.
    ///
    /// Of two who do so at once, the later must not write what it read earlier: so the run is read again after the list,
    /// and whoever finds the list changed starts over.
    pub async fn join_recent(
        &self,
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
            let before: Option<RecentRow> = match self.get(&key, true).await? {
                Some(item) => Some(item::read(item)?),
                None => None,
            };
            let version = before.as_ref().map(|row| row.version);
            let brief = self.brief_now(&run.id).await?;
            let known = before.map(|row| row.recent);
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
            let row = RecentRow {
                recent,
                version: version.unwrap_or(0) + 1,
            };
            let item = item::of(&key, &row)?;
            let condition = Condition::version(version);
            if self.put_if(item, Some(condition)).await? == Written::Yes {
                return Ok(());
            }
            tries.again().await?;
        }
    }
}

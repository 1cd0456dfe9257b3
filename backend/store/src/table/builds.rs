//! Builds and their numbers.

use std::collections::{HashMap, HashSet};

use domain::{
    build::{Build, BuildBrief},
    hold::{Held, Hold},
    id::{AppId, BuildId, EnvironmentId},
    page::{Cursor, Limit, Page},
    release::Release,
    view::PromotionBrief,
};
use serde::Deserialize;

use super::{
    calls::{Change, Write},
    handle::Builds,
    item,
    keys::{self, BuildPart},
    list::Place,
};
use crate::{Error, Result};

/// One build with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildRecord {
    pub build: Build,
    /// Its releases in all environments, newest first.
    pub releases: Vec<Release>,
    /// Its promotions, newest first.
    pub promotions: Vec<PromotionBrief>,
    /// Why it is given to nobody, if it is withdrawn.
    pub withdrawn: Option<Hold>,
}

impl BuildRecord {
    /// The environments that it was released in, each once, the newest release first.
    pub fn environments(&self) -> Vec<EnvironmentId> {
        let mut environments: Vec<EnvironmentId> = Vec::new();
        for release in &self.releases {
            if !environments.contains(&release.environment) {
                environments.push(release.environment.clone());
            }
        }
        environments
    }
}

/// Some builds, and which of some are withdrawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SomeBuilds {
    /// Those that were asked for and are there.
    pub builds: HashMap<BuildId, Build>,
    /// Those that are withdrawn, and why.
    pub withdrawn: HashMap<BuildId, Hold>,
}

#[derive(Deserialize)]
struct Counter {
    last: u64,
}

impl Builds<'_> {
    /// The next number of an app's builds. One that is not used then leaves a gap, which is fine.
    pub async fn next_number(self, app: &AppId) -> Result<u64> {
        let key = keys::counter(app);
        let change = Change {
            key: key.clone(),
            expression: "ADD #last :one",
            names: vec![("#last", "last")],
            condition: None,
            values: vec![(":one", item::number(1))],
        };
        let item = self
            .table
            .calls
            .update(change)
            .await?
            .ok_or_else(|| Error::NotFound { what: key.pk })?;
        Ok(item::read::<Counter>(item)?.last)
    }

    /// One build, without what became of it: one read of one item.
    pub async fn alone(self, id: &BuildId) -> Result<Option<Build>> {
        let item = self.table.calls.get(&keys::build(id), false).await?;
        item.map(item::read).transpose()
    }

    /// Some builds, and which of others are withdrawn: one call, at most 100 in all.
    pub async fn some(
        self,
        builds: &HashSet<&BuildId>,
        doubtful: &HashSet<&BuildId>,
    ) -> Result<SomeBuilds> {
        let builds = builds.iter().map(|id| keys::build(id));
        let doubtful = doubtful.iter().map(|id| keys::withdrawn(id));
        let asked: Vec<_> = builds.chain(doubtful).collect();
        let mut some = SomeBuilds::default();
        for item in self.table.calls.get_some(&asked, false).await? {
            match keys::build_part(item::text(&item, keys::SK)) {
                BuildPart::Build => {
                    let build: Build = item::read(item)?;
                    some.builds.insert(build.id.clone(), build);
                }
                BuildPart::Withdrawn => {
                    let hold: Hold = item::read(item)?;
                    if let Held::Build { build, .. } = &hold.on {
                        some.withdrawn.insert(build.clone(), hold);
                    }
                }
                BuildPart::Release | BuildPart::Promotion | BuildPart::Other => {}
            }
        }
        Ok(some)
    }

    /// One build with its releases and promotions.
    pub async fn get(self, id: &BuildId) -> Result<Option<BuildRecord>> {
        let mut build: Option<Build> = None;
        let mut withdrawn: Option<Hold> = None;
        let mut releases: Vec<Release> = Vec::new();
        let mut promotions: Vec<PromotionBrief> = Vec::new();
        for item in self
            .table
            .calls
            .partition(&keys::build_partition(id), false)
            .await?
        {
            match keys::build_part(item::text(&item, keys::SK)) {
                BuildPart::Build => build = Some(item::read(item)?),
                BuildPart::Release => releases.push(item::read(item)?),
                BuildPart::Promotion => promotions.push(item::read(item)?),
                BuildPart::Withdrawn => withdrawn = Some(item::read(item)?),
                BuildPart::Other => {}
            }
        }
        releases.sort_by_key(|release| std::cmp::Reverse(release.released_at));
        promotions.reverse();
        Ok(build.map(|build| BuildRecord {
            build,
            releases,
            promotions,
            withdrawn,
        }))
    }

    /// One page of an app's builds, newest first.
    pub async fn list(
        self,
        app: &AppId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<BuildBrief>> {
        page(self, Place::Table, app, (limit, cursor)).await
    }

    /// The same as it is at this moment: for decisions.
    pub async fn list_now(
        self,
        app: &AppId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<BuildBrief>> {
        page(self, Place::TableNow, app, (limit, cursor)).await
    }
}

async fn page(
    builds: Builds<'_>,
    place: Place,
    app: &AppId,
    (limit, cursor): (Limit, Option<&Cursor>),
) -> Result<Page<BuildBrief>> {
    let (calls, partition) = (&builds.table.calls, keys::builds_partition(app));
    calls.page(place, &partition, limit, cursor).await
}

/// The writes that keep a build: itself, its line in the app's list, its line in its run.
pub(super) fn writes(build: &Build) -> Result<Vec<Write>> {
    let brief = build.brief();
    let mut writes = vec![
        Write::Put(item::of(&keys::build(&build.id), build)?, None),
        Write::Put(
            item::of(&keys::listed_build(&build.app, build.number), &brief)?,
            None,
        ),
    ];
    if let Some(run) = &build.run {
        writes.push(Write::Put(
            item::of(&keys::run_build(run, &build.id), &brief)?,
            None,
        ));
    }
    Ok(writes)
}

//! Withdrawn builds: taken back from everywhere in one transaction, and given out again in one.
//!
//! What each environment then serves is decided from its list of releases. The decision holds only if nothing that it
//! was made from has changed, so every environment's item is checked, and so is each build that steps in.

use std::collections::{HashMap, HashSet};

use domain::{
    audit::Note,
    hold::Hold,
    id::{AppId, BuildId, EnvironmentId},
    page::{Cursor, Limit, Page},
    release::Release,
    view::WithdrawnBuild,
};

use super::{
    Served, Table,
    calls::{Change, Condition, Write, Written},
    current::Spot,
    item,
    keys::{self, BuildPart, Key},
    tries::Tries,
};
use crate::Result;

/// A build that is taken back or given out again.
#[derive(Clone, Copy, Debug)]
struct Turn<'a> {
    app: &'a AppId,
    build: &'a BuildId,
    /// Why it is withdrawn; none if it no longer is.
    hold: Option<&'a Hold>,
}

impl Table {
    /// Takes a build back: no environment serves it any more, from the same moment on. False if it is withdrawn already.
    ///
    /// `environments` are all that there are, since it may come into any of them at this very moment.
    pub async fn withdraw(
        &self,
        app: &AppId,
        build: &BuildId,
        environments: &[EnvironmentId],
        hold: &Hold,
        note: &Note,
    ) -> Result<bool> {
        let own = item::of(&keys::withdrawn(build), hold)?;
        let own = Write::Put(own, Some(Condition::absent()));
        let hold = Some(hold);
        let turn = Turn { app, build, hold };
        // Before, so that no list ever says that a withdrawn build is offered, should this break off; and after, for
        // releases that came in between. From then on none is written as offered.
        let marked = self.no_longer_offered(build, &HashSet::new()).await?;
        let withdrawn = self.turn(turn, environments, own, note).await?;
        self.no_longer_offered(build, &marked).await?;
        Ok(withdrawn)
    }

    /// Has the lists of releases say no more that a build is offered, but for those lines where it was done. Returns the
    /// lines.
    async fn no_longer_offered(
        &self,
        build: &BuildId,
        done: &HashSet<Key>,
    ) -> Result<HashSet<Key>> {
        let mut lines = HashSet::new();
        for item in self.partition(&keys::build_partition(build), true).await? {
            if keys::build_part(item::text(&item, keys::SK)) == BuildPart::Release {
                let release: Release = item::read(item)?;
                lines.insert(keys::listed_release(&release));
            }
        }
        for line in lines.difference(done) {
            self.update(Change {
                key: line.clone(),
                expression: "REMOVE offered",
                names: Vec::new(),
                condition: Some("attribute_exists(offered)"),
                values: Vec::new(),
            })
            .await?;
        }
        Ok(lines)
    }

    /// Gives a withdrawn build out again: where it is the newest, it is served. False if it is not withdrawn.
    pub async fn restore(
        &self,
        app: &AppId,
        build: &BuildId,
        environments: &[EnvironmentId],
        note: &Note,
    ) -> Result<bool> {
        let own = Write::DeleteIf(keys::withdrawn(build), Condition::present());
        let hold = None;
        let turn = Turn { app, build, hold };
        self.turn(turn, environments, own, note).await
    }

    /// Those of some builds that are withdrawn, and why: one call, 100 builds at the most.
    pub async fn withdrawn(&self, builds: &[BuildId]) -> Result<HashMap<BuildId, Hold>> {
        let builds: HashSet<&BuildId> = builds.iter().collect();
        let keys: Vec<_> = builds.into_iter().map(keys::withdrawn).collect();
        let mut withdrawn = HashMap::new();
        for item in self.get_some(&keys, false).await? {
            let hold: Hold = item::read(item)?;
            if let domain::hold::Held::Build { build, .. } = &hold.on {
                withdrawn.insert(build.clone(), hold);
            }
        }
        Ok(withdrawn)
    }

    async fn turn(
        &self,
        turn: Turn<'_>,
        environments: &[EnvironmentId],
        own: Write,
        note: &Note,
    ) -> Result<bool> {
        let what = format!("what environments serve of {}", turn.app);
        let mut tries = Tries::of(&what);
        loop {
            let mut writes = vec![own.clone()];
            let mut stepping_in: HashSet<BuildId> = HashSet::new();
            for environment in environments {
                let (write, build) = self.turn_in(turn, environment).await?;
                writes.push(write);
                stepping_in.extend(build);
            }
            writes.extend(
                stepping_in
                    .iter()
                    .map(|build| Write::Check(keys::withdrawn(build), Condition::absent())),
            );
            match self.commit(writes, std::slice::from_ref(note)).await? {
                Written::Yes => return Ok(true),
                Written::Refused(places) if places.contains(&0) => return Ok(false),
                Written::Refused(_) | Written::Busy => tries.again().await?,
            }
        }
    }

    /// What has to be written or to hold in one environment, and the other build that steps in there.
    async fn turn_in(
        &self,
        turn: Turn<'_>,
        environment: &EnvironmentId,
    ) -> Result<(Write, Option<BuildId>)> {
        let key = keys::current(turn.app, environment);
        let Some(read) = self.current_item(turn.app, environment).await? else {
            return Ok((Write::Check(key, Condition::absent()), None));
        };
        let to = self.decide(turn, environment).await?;
        if to == read.served {
            return Ok((Write::Check(key, read.unchanged()), None));
        }
        let spot = Spot {
            app: turn.app.clone(),
            environment: environment.clone(),
        };
        let other = to.release.as_ref().map(|release| release.build.clone());
        let other = other.filter(|build| build != turn.build);
        Ok((read.change(&spot, &to)?, other))
    }

    /// What an environment is to serve: its newest release whose build is not withdrawn.
    async fn decide(&self, turn: Turn<'_>, environment: &EnvironmentId) -> Result<Served> {
        let mut served = Served::default();
        let mut cursor: Option<Cursor> = None;
        loop {
            let page: Page<Release> = self
                .releases(turn.app, environment, Limit::default(), cursor.as_ref())
                .await?;
            let builds: Vec<BuildId> = page.items.iter().map(|it| it.build.clone()).collect();
            let mut withdrawn = self.withdrawn(&builds).await?;
            withdrawn.remove(turn.build);
            withdrawn.extend(turn.hold.map(|hold| (turn.build.clone(), hold.clone())));
            for release in page.items {
                match withdrawn.get(&release.build) {
                    None => {
                        served.release = Some(release);
                        return Ok(served);
                    }
                    Some(hold) if served.withdrawn.is_none() => {
                        served.withdrawn = Some(WithdrawnBuild {
                            build: release.build,
                            number: release.number,
                            version: release.version,
                            hold: hold.clone(),
                        });
                    }
                    Some(_) => {}
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(served);
            }
        }
    }
}

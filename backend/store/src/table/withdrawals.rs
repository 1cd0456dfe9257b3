//! Withdrawn builds. That a build is withdrawn, or restored, is one transaction with its entry in the audit log, and from
//! that moment on no release of a withdrawn build can be written. What environments serve follows, one after the other, so
//! that any number of them can: a marker says that it has not yet, until it has.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    audit::AuditRecord,
    hold::{Held, Hold},
    id::{AppId, BuildId, EnvironmentId},
    release::{Release, restored},
    view::WithdrawnBuild,
};
use serde::{Deserialize, Serialize};

use super::{
    Along, Obstacle, Released, Served,
    calls::{Change, Condition, Write, Written},
    current::{Read, Spot},
    item,
    keys::{self, BuildPart},
    tries::Tries,
};
use crate::{Result, table::handle::Releases};

/// A build that was withdrawn or restored, which not every environment follows yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsettled {
    pub app: AppId,
    pub build: BuildId,
    /// Which withdrawal or restoration it is of, so that settling one ends no other.
    turn: String,
}

/// The environments that are to serve a restored build again, and cannot while they are held.
pub type StillHeld = Vec<EnvironmentId>;

impl Releases<'_> {
    /// Notes that a build is withdrawn. [`Releases::settle`] then takes it from the environments. `None` if it is withdrawn
    /// already.
    pub async fn withdraw(
        self,
        app: &AppId,
        build: &BuildId,
        hold: &Hold,
        note: &AuditRecord,
    ) -> Result<Option<Unsettled>> {
        let own = item::of(&keys::withdrawn(build), hold)?;
        let own = Write::Put(own, Some(Condition::absent()));
        self.turn(app, build, own, note).await
    }

    /// Notes that a build is not withdrawn any more. [`Releases::settle`] then serves it again where it is the newest. `None`
    /// if it is not withdrawn.
    pub async fn restore(
        self,
        app: &AppId,
        build: &BuildId,
        note: &AuditRecord,
    ) -> Result<Option<Unsettled>> {
        let own = Write::DeleteIf(keys::withdrawn(build), Condition::present());
        self.turn(app, build, own, note).await
    }

    async fn turn(
        self,
        app: &AppId,
        build: &BuildId,
        own: Write,
        note: &AuditRecord,
    ) -> Result<Option<Unsettled>> {
        let unsettled = Unsettled {
            app: app.clone(),
            build: build.clone(),
            turn: format!("{:?} {}", note.action, note.at),
        };
        let marker = item::of(&keys::unsettled(build), &unsettled)?;
        let writes = vec![own, Write::Put(marker, None)];
        let audit = self.table.audit();
        match audit.commit(writes, std::slice::from_ref(note)).await? {
            Written::Yes => Ok(Some(unsettled)),
            Written::Refused(_) => Ok(None),
        }
    }

    /// What was withdrawn or restored and not every environment follows yet: what broke off, and what a hold stops.
    pub async fn unsettled(self) -> Result<Vec<Unsettled>> {
        let items = self.table.calls.partition(keys::UNSETTLED, true).await?;
        items.into_iter().map(item::read).collect()
    }

    /// Has environments serve what follows from a build's being withdrawn or not. Doing so again changes nothing.
    /// `environments` are all that there are, since the build may be in any of them.
    pub async fn settle(
        self,
        unsettled: &Unsettled,
        environments: &[EnvironmentId],
    ) -> Result<StillHeld> {
        let Unsettled { app, build, .. } = unsettled;
        let hold = self.table.calls.get(&keys::withdrawn(build), true).await?;
        let hold: Option<Hold> = hold.map(item::read).transpose()?;
        let mut still_held = Vec::new();
        for environment in environments {
            match &hold {
                Some(hold) => self.serve_no_more(app, build, environment, hold).await?,
                None => {
                    if !self.serve_again(app, build, environment).await? {
                        still_held.push(environment.clone());
                    }
                }
            }
        }
        if hold.is_some() {
            self.no_longer_offered(build).await?;
        }
        if still_held.is_empty() {
            let turn = AttributeValue::S(unsettled.turn.clone());
            let own = Condition {
                expression: "turn = :turn",
                values: vec![(":turn", turn)],
            };
            let done = Write::DeleteIf(keys::unsettled(build), own);
            // Where it is not its own any more: the process that turned the build since settles that.
            self.table.calls.transact(vec![done]).await?;
        }
        Ok(still_held)
    }

    /// Those of some builds that are withdrawn, and why: one call, 100 builds at the most.
    pub async fn withdrawn(self, builds: &[BuildId]) -> Result<HashMap<BuildId, Hold>> {
        let builds: HashSet<&BuildId> = builds.iter().collect();
        let keys: Vec<_> = builds.into_iter().map(keys::withdrawn).collect();
        let mut withdrawn = HashMap::new();
        for item in self.table.calls.get_some(&keys, false).await? {
            let hold: Hold = item::read(item)?;
            if let Held::Build { build, .. } = &hold.on {
                withdrawn.insert(build.clone(), hold);
            }
        }
        Ok(withdrawn)
    }

    /// Has an environment serve nothing, if it serves the withdrawn build.
    async fn serve_no_more(
        self,
        app: &AppId,
        build: &BuildId,
        environment: &EnvironmentId,
        hold: &Hold,
    ) -> Result<()> {
        let spot = Spot {
            app: app.clone(),
            environment: environment.clone(),
        };
        let what = format!("what {environment} serves of {app}");
        let mut tries = Tries::of(&what);
        loop {
            let Some(read) = self.current_item(app, environment).await? else {
                return Ok(());
            };
            let Some(release) = serving(&read, build) else {
                return Ok(());
            };
            let to = Served {
                release: None,
                withdrawn: Some(read.served.withdrawn.clone().unwrap_or(WithdrawnBuild {
                    build: release.build.clone(),
                    number: release.number,
                    version: release.version.clone(),
                    hold: hold.clone(),
                })),
            };
            let writes = vec![
                read.change(&spot, &to)?,
                Write::Check(keys::withdrawn(build), Condition::present()),
            ];
            match self.table.calls.transact(writes).await? {
                Written::Yes => return Ok(()),
                // Restored meanwhile: then that decides.
                Written::Refused(places) if places.contains(&1) => return Ok(()),
                Written::Refused(_) => tries.again().await?,
            }
        }
    }

    /// Has an environment serve a restored build again, if that was its newest. False if a hold stops that now.
    async fn serve_again(
        self,
        app: &AppId,
        build: &BuildId,
        environment: &EnvironmentId,
    ) -> Result<bool> {
        let Some(read) = self.current_item(app, environment).await? else {
            return Ok(true);
        };
        let Some(withdrawn) = read
            .served
            .withdrawn
            .as_ref()
            .filter(|it| it.build == *build)
        else {
            return Ok(true);
        };
        let newest = keys::listed_release_at(app, environment, read.newest_at()?, build);
        let Some(newest) = self.table.calls.get(&newest, true).await? else {
            return Ok(true);
        };
        let Some(grant) = restored(item::read(newest)?, withdrawn) else {
            return Ok(true);
        };
        let released = self.make_current(&grant, Along::Nothing, &[]).await?;
        Ok(released != Released::Refused(Obstacle::Held))
    }

    /// Has the lists of releases say no more that a build is offered. From its withdrawal on no line is written that does.
    async fn no_longer_offered(self, build: &BuildId) -> Result<()> {
        for item in self
            .table
            .calls
            .partition(&keys::build_partition(build), true)
            .await?
        {
            if keys::build_part(item::text(&item, keys::SK)) != BuildPart::Release {
                continue;
            }
            let release: Release = item::read(item)?;
            self.table
                .calls
                .update(Change {
                    key: keys::listed_release(&release),
                    expression: "REMOVE offered",
                    names: Vec::new(),
                    condition: Some("attribute_exists(offered)"),
                    values: Vec::new(),
                })
                .await?;
        }
        Ok(())
    }
}

/// The release of a build, where an environment serves it.
fn serving<'a>(read: &'a Read, build: &BuildId) -> Option<&'a Release> {
    let release = read.served.release.as_ref()?;
    (release.build == *build).then_some(release)
}

//! Releases, and which one an environment serves.
//!
//! A release's rows and its environment's current release are written in one transaction, so that no crash leaves an
//! environment serving what is not its newest release.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    id::{AppId, EnvironmentId},
    page::{Cursor, Limit, Page},
    release::Release,
};

use serde::Deserialize;

use super::{
    Table,
    calls::{Condition, Write, Written},
    item, keys,
    list::Place,
    tries::Tries,
};
use crate::Result;

/// The attribute by which two releases of one environment are compared.
pub(super) const NEWNESS: &str = "newness";

/// Set on a line of an environment's list while its build has not been withdrawn since, so that whoever reads the list
/// needs not look. Lines without it are of builds that were withdrawn once, or were written before there was this mark.
pub(super) const OFFERED: &str = "offered";

/// A release as its environment's list has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListedRelease {
    /// The release.
    #[serde(flatten)]
    pub release: Release,
    /// Whether its build is known not to be withdrawn. Else that has to be asked.
    #[serde(default)]
    pub offered: bool,
}

impl Table {
    /// Puts a release, and makes it current if it is newer than what is and its build is not withdrawn. Doing so again
    /// changes nothing.
    pub async fn put_release(&self, release: &Release) -> Result<()> {
        let mut tries = Tries::of("a release");
        let mut newest = true;
        loop {
            // Only with the check below is it certain that the build is not withdrawn.
            let mut writes = rows(release, newest)?;
            if newest {
                let withdrawn = keys::withdrawn(&release.build);
                writes.push(Write::Check(withdrawn, Condition::absent()));
                writes.push(make_current(release)?);
            }
            match self.transact(writes).await? {
                Written::Yes => return Ok(()),
                // Only becoming current has conditions. Once there is a newer one, there always will be; and restoring a
                // withdrawn build looks at the list itself.
                Written::Refused(_) => newest = false,
                Written::Busy => tries.again().await?,
            }
        }
    }

    /// One page of an environment's releases of an app, newest first.
    pub async fn releases(
        &self,
        app: &AppId,
        environment: &EnvironmentId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Release>> {
        let partition = keys::releases_partition(app, environment);
        self.page(Place::Table, &partition, limit, cursor).await
    }

    /// The newest releases of an app in an environment, newest first, each with whether it is offered.
    pub async fn newest_releases(
        &self,
        app: &AppId,
        environment: &EnvironmentId,
        limit: Limit,
    ) -> Result<Vec<ListedRelease>> {
        let partition = keys::releases_partition(app, environment);
        let page = self.page(Place::Table, &partition, limit, None).await?;
        Ok(page.items)
    }
}

/// The writes that keep a release: its line in its build, its line in its environment. `offered` if the same transaction
/// makes sure that its build is not withdrawn.
pub(super) fn rows(release: &Release, offered: bool) -> Result<Vec<Write>> {
    let mut listed = item::of(&keys::listed_release(release), release)?;
    if offered {
        listed.insert(OFFERED.to_owned(), AttributeValue::Bool(true));
    }
    Ok(vec![
        Write::Put(item::of(&keys::build_release(release), release)?, None),
        Write::Put(listed, None),
    ])
}

/// The write that makes a release the one that its environment serves, if it is newer.
pub(super) fn make_current(release: &Release) -> Result<Write> {
    let newness = AttributeValue::S(keys::newness(release));
    let mut item = item::of(&keys::current(&release.app, &release.environment), release)?;
    item.insert(NEWNESS.to_owned(), newness.clone());
    let condition = Condition {
        expression: "attribute_not_exists(pk) OR newness < :newness",
        values: vec![(":newness", newness)],
    };
    Ok(Write::Put(item, Some(condition)))
}

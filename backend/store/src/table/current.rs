//! What an environment serves: its newest release, or nothing once the build of that is withdrawn. (Versions before this
//! rule served the newest that was left; what they wrote is read as it is.)
//!
//! The item also keeps how new the newest release was, so that one that was withdrawn does not come back when its job is
//! delivered again, and what was withdrawn, so that pages say so without another read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    id::{AppId, EnvironmentId},
    release::Release,
    view::WithdrawnBuild,
};
use serde::{Deserialize, Serialize};

use super::{
    calls::{Condition, Write},
    item::{self, Item},
    keys,
};
use crate::{Error, Result, table::handle::Releases};

/// The attribute by which two releases of one environment are compared.
pub(super) const RELEASE_ORDER: &str = "newness";

/// What an environment serves of an app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    pub release: Option<Release>,
    /// The newest release's build, where it is not served because it was withdrawn.
    pub withdrawn: Option<WithdrawnBuild>,
}

/// What is there of the item beside the release.
#[derive(Debug, Deserialize)]
struct Beside {
    #[serde(default)]
    withdrawn: Option<WithdrawnBuild>,
    /// Set where there is no release to serve any more.
    #[serde(default)]
    empty: bool,
}

/// Where an item's environment is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Spot {
    pub(super) app: AppId,
    pub(super) environment: EnvironmentId,
}

/// The item as it was read, to be changed only if it is still that.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) served: Served,
    item: Item,
}

impl Releases<'_> {
    /// The release that an environment serves now. One read of one item, by which a tester's tap is answered.
    pub async fn current(
        self,
        app: &AppId,
        environment: &EnvironmentId,
    ) -> Result<Option<Release>> {
        Ok(self.served(app, environment).await?.release)
    }

    /// The same, and what was withdrawn there.
    pub async fn served(self, app: &AppId, environment: &EnvironmentId) -> Result<Served> {
        let item = self
            .table
            .calls
            .get(&keys::current(app, environment), false)
            .await?;
        item.map_or(Ok(Served::default()), served)
    }

    /// The same of every environment that ever served the app: one call, bounded by environments.
    pub async fn served_of(self, app: &AppId) -> Result<HashMap<EnvironmentId, Served>> {
        let items = self
            .table
            .calls
            .beginning(keys::OVERVIEW, &keys::current_of(app))
            .await?;
        items
            .into_iter()
            .map(|item| Ok((place(&item)?.environment, served(item)?)))
            .collect()
    }

    /// The item as it is at this moment.
    pub(super) async fn current_item(
        self,
        app: &AppId,
        environment: &EnvironmentId,
    ) -> Result<Option<Read>> {
        let item = self
            .table
            .calls
            .get(&keys::current(app, environment), true)
            .await?;
        item.map(|item| {
            let served = served(item.clone())?;
            Ok(Read { served, item })
        })
        .transpose()
    }
}

/// What an item says.
pub(super) fn served(item: Item) -> Result<Served> {
    let beside: Beside = item::read(item.clone())?;
    Ok(Served {
        release: if beside.empty {
            None
        } else {
            Some(item::read(item)?)
        },
        withdrawn: beside.withdrawn,
    })
}

/// Where an item belongs to.
pub(super) fn place(item: &Item) -> Result<Spot> {
    item::read(item.clone())
}

impl Read {
    /// How new the newest release was that the environment ever had: whatever is to be served has to be newer.
    pub(super) fn newest_at(&self) -> Result<Timestamp> {
        let order = item::text(&self.item, RELEASE_ORDER);
        let at = order.split('#').next().unwrap_or_default();
        at.parse().map_err(|error: jiff::Error| {
            Error::corrupt("how new the release is that an environment serves", error)
        })
    }

    /// The write that changes what is served, and leaves how new the newest was.
    pub(super) fn change(&self, spot: &Spot, to: &Served) -> Result<Write> {
        let key = keys::current(&spot.app, &spot.environment);
        let mut item = if let Some(release) = &to.release {
            item::of(&key, release)?
        } else {
            let mut item = item::of(&key, spot)?;
            item.insert("empty".to_owned(), AttributeValue::Bool(true));
            item
        };
        if let Some(withdrawn) = &to.withdrawn {
            let value = serde_dynamo::to_attribute_value(withdrawn)
                .map_err(|error| Error::corrupt("a withdrawn build", error))?;
            item.insert("withdrawn".to_owned(), value);
        }
        if let Some(order) = self.item.get(RELEASE_ORDER) {
            item.insert(RELEASE_ORDER.to_owned(), order.clone());
        }
        Ok(Write::Put(item, Some(self.unchanged())))
    }

    /// It still serves what it did when it was read, and nothing newer has come.
    pub(super) fn unchanged(&self) -> Condition {
        let order = self.item.get(RELEASE_ORDER).cloned();
        let order = order.unwrap_or_else(|| AttributeValue::S(String::new()));
        let mut values = vec![(":newness", order)];
        match self.item.get("build") {
            Some(build) => {
                values.push((":build", build.clone()));
                Condition {
                    expression: "newness = :newness AND build = :build",
                    values,
                }
            }
            None => Condition {
                expression: "newness = :newness AND attribute_not_exists(build)",
                values,
            },
        }
    }
}

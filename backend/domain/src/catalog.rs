//! What the team ships and where to: apps, environments, and which pipeline feeds which.

use serde::{Deserialize, Serialize};

use crate::{
    event::Pipeline,
    id::{AppId, EnvironmentId},
    path::Path,
};

/// Apps, environments and the pipelines that feed them, as configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// The apps, in the order that pages show them.
    pub apps: Vec<App>,
    /// The environments, in the order that a build moves through them.
    pub environments: Vec<Environment>,
    /// Which pipeline feeds what.
    pub feeds: Vec<Feed>,
    /// The ways that builds take through the environments.
    pub paths: Vec<Path>,
}

/// A product that the team ships.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct App {
    /// Its name in addresses.
    pub id: AppId,
    /// Its name for people.
    pub name: String,
}

/// A place where builds are released.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Environment {
    /// Its name in addresses.
    pub id: EnvironmentId,
    /// Its name for people.
    pub name: String,
    /// Its colour on pages, `#rrggbb`.
    pub colour: String,
}

/// A pipeline that feeds an app in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The reporting system (`codepipeline`).
    pub source: String,
    /// The pipeline's name there.
    pub pipeline: String,
    /// Only in this AWS account, if set.
    pub account: Option<String>,
    /// Only in this AWS region, if set.
    pub region: Option<String>,
    /// What it feeds.
    pub app: AppId,
    /// Where.
    pub environment: EnvironmentId,
}

impl Catalog {
    /// The app of that name.
    pub fn app(&self, id: &AppId) -> Option<&App> {
        self.apps.iter().find(|app| app.id == *id)
    }

    /// The environment of that name.
    pub fn environment(&self, id: &EnvironmentId) -> Option<&Environment> {
        self.environments
            .iter()
            .find(|environment| environment.id == *id)
    }

    /// The way that an app's builds take: the path that names the app, else the one that names none.
    pub fn path(&self, app: &AppId) -> Option<&Path> {
        let named = self.paths.iter().find(|path| path.apps.contains(app));
        named.or_else(|| self.paths.iter().find(|path| path.apps.is_empty()))
    }

    /// What a pipeline feeds, by the first rule that fits; `None` for one that no app claims.
    pub fn feed(&self, pipeline: &Pipeline) -> Option<&Feed> {
        let fits =
            |wanted: &Option<String>, has: &Option<String>| wanted.is_none() || wanted == has;
        self.feeds.iter().find(|feed| {
            feed.source == pipeline.source
                && feed.pipeline == pipeline.name
                && fits(&feed.account, &pipeline.account)
                && fits(&feed.region, &pipeline.region)
        })
    }
}

/// Whether a text has the form of an AWS region, such as `eu-west-1`.
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [area, middle @ .., number] = parts.as_slice() else {
        return false;
    };
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    (2..=3).contains(&area.len())
        && letters(area)
        && !middle.is_empty()
        && middle.iter().all(letters)
        && matches!(number.as_bytes(), [b'0'..=b'9'])
}

//! What the team ships and where to: apps, environments, and which pipeline feeds which.

use serde::{Deserialize, Serialize};

use crate::{
    access::Scope,
    digest::Digest,
    event::Pipeline,
    id::{AppId, EnvironmentId},
    page::{Cursor, Limit},
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
    /// What environments ask of the packages that they serve.
    pub packages: Vec<PackageRule>,
}

/// What the packages of an app have to be, to be released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageRule {
    /// Of which apps.
    pub apps: Scope<AppId>,
    /// Where.
    pub environments: Scope<EnvironmentId>,
    /// The application ids that they may have; any, if there is none.
    pub application_ids: Vec<String>,
    /// The certificates that they may be signed with, as SHA-256; any, if there is none.
    pub signing: Vec<Digest>,
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

/// One page of apps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppsPage<'a> {
    /// The apps.
    pub apps: Vec<&'a App>,
    /// Where the next page starts; none on the last.
    pub next: Option<Cursor>,
}

impl Catalog {
    /// A page of the apps that are to be shown: in the order of the configuration where all of them fit on one page, else in
    /// the order of their ids.
    pub fn page_of_apps(
        &self,
        is_shown: impl Fn(&App) -> bool,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> AppsPage<'_> {
        let mut apps: Vec<&App> = self.apps.iter().filter(|app| is_shown(app)).collect();
        let most = usize::from(limit.get());
        if cursor.is_none() && apps.len() <= most {
            return AppsPage { apps, next: None };
        }
        if let Some(cursor) = cursor {
            apps.retain(|app| app.id.as_str() > cursor.sort_key());
        }
        apps.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
        let is_more = apps.len() > most;
        apps.truncate(most);
        let last = apps.last().filter(|_| is_more);
        let next = last.map(|app| Cursor::behind(app.id.as_str()));
        AppsPage { apps, next }
    }

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

    /// What an environment asks of an app's packages: all of these rules.
    pub fn packages(&self, app: &AppId, environment: &EnvironmentId) -> Vec<&PackageRule> {
        let rules = self
            .packages
            .iter()
            .filter(|rule| rule.apps.holds(app) && rule.environments.holds(environment));
        rules.collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(ids: &[&str]) -> Catalog {
        let app = |id: &&str| App {
            id: id.parse().unwrap(),
            name: (*id).to_owned(),
        };
        Catalog {
            apps: ids.iter().map(app).collect(),
            ..Catalog::default()
        }
    }

    fn ids(page: &AppsPage<'_>) -> Vec<String> {
        page.apps.iter().map(|app| app.id.to_string()).collect()
    }

    #[test]
    fn apps_that_fit_on_a_page_are_in_the_order_of_the_configuration() {
        let catalog = catalog(&["shop", "bank", "wallet"]);
        let page = catalog.page_of_apps(|app| app.name != "bank", Limit::APPS, None);
        assert_eq!(
            (ids(&page), page.next),
            (vec!["shop".to_owned(), "wallet".to_owned()], None)
        );
    }

    #[test]
    fn pages_of_many_apps_hold_each_once() {
        let catalog = catalog(&["e", "a", "a-b", "d", "c", "b"]);
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let limit = Limit::try_from(2).unwrap();
            let page = catalog.page_of_apps(|app| app.name != "d", limit, cursor.as_ref());
            seen.extend(ids(&page));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a", "a-b", "b", "c", "e"]);
    }
}

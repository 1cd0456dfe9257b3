//! `towpath.toml`: what the team ships, where to, and which pipeline feeds what.
//!
//! The file is read by hand rather than by serde, so that every problem in it is found at once and each is shown with
//! its line and what to do about it.

mod check;
mod downloads;
mod machines;
mod names;
mod paths;
mod problem;
mod reader;
mod roles;
#[cfg(test)]
mod tests;
mod values;
mod warnings;

use domain::{
    access::Grant,
    catalog::{self, Catalog, Feed},
    download::DailyLimits,
    id::{AppId, EnvironmentId},
    path::Path,
    source::Source,
    workload::Workload,
};
use schemars::JsonSchema;
use url::Url;

pub use problem::{Problem, Problems};
pub use roles::RoleEntry;

/// The file's usual name.
pub const FILE_NAME: &str = "towpath.toml";

const SLUG: &str = "^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$";

/// What a team ships, where to, and which pipeline feeds what.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(title = "towpath.toml", deny_unknown_fields)]
pub struct Config {
    /// The address that people reach the portal at, such as `https://releases.example.com`. Left out, each request's own.
    #[schemars(with = "Option<String>", regex(pattern = "^https?://[^/?#]+/?$"), extend("type" = "string"))]
    pub public_url: Option<Url>,
    /// The apps, in the order that pages show them.
    #[schemars(length(min = 1))]
    pub apps: Vec<App>,
    /// The environments, in the order that a build moves through them.
    #[schemars(length(min = 1))]
    pub environments: Vec<Environment>,
    /// Which pipeline feeds what; the first entry that fits a pipeline counts.
    #[serde(default)]
    pub pipelines: Vec<Pipeline>,
    /// Which way builds take through the environments; an app without a path has no promotions.
    #[schemars(with = "Vec<paths::schema::Path>")]
    #[serde(default)]
    pub paths: Vec<Path>,
    /// Who may do what, by the groups that the issuer of their sign-in names. Anyone who is in none of them sees nothing.
    #[serde(default)]
    pub roles: Vec<RoleEntry>,
    /// Which jobs and services may call without a stored secret, and what they may do; the first entry that fits counts.
    #[schemars(with = "Vec<machines::MachineSchema>")]
    #[serde(default)]
    pub machines: Vec<Workload>,
    /// How much is given out in a day, so that what leaks costs no more than that.
    #[schemars(with = "downloads::Downloads")]
    #[serde(default)]
    pub downloads: DailyLimits,
}

/// A product that the team ships.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct App {
    /// Its name in addresses: lower-case letters, digits and inner hyphens.
    #[schemars(with = "String", regex(pattern = SLUG))]
    pub id: AppId,
    /// Its name for people.
    #[schemars(length(min = 1, max = 60))]
    pub name: String,
}

/// A place where builds are released.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Environment {
    /// Its name in addresses: lower-case letters, digits and inner hyphens.
    #[schemars(with = "String", regex(pattern = SLUG))]
    pub id: EnvironmentId,
    /// Its name for people.
    #[schemars(length(min = 1, max = 60))]
    pub name: String,
    /// Its colour on pages, such as `"#2e7d32"`.
    #[schemars(regex(pattern = "^#[0-9a-fA-F]{6}$"))]
    pub colour: String,
}

/// A pipeline, and what it feeds.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Pipeline {
    /// The reporting system.
    #[schemars(extend("enum" = Source::names()))]
    pub source: String,
    /// The pipeline's name there; for GitHub, owner, repository and file of the workflow: `acme/wallet/release.yml`.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Only in this AWS account: twelve digits in quotes. Left out, its jobs count from Towpath's own account and the
    /// operations account.
    #[schemars(regex(pattern = "^[0-9]{12}$"), extend("type" = "string"))]
    pub account: Option<String>,
    /// Only in this AWS region, such as `"eu-west-1"`. Left out, its jobs count from Towpath's own region.
    #[schemars(regex(pattern = "^[a-z]{2,3}(-[a-z]+)+-[0-9]$"), extend("type" = "string"))]
    pub region: Option<String>,
    /// The `id` of the app that it feeds.
    #[schemars(with = "String", regex(pattern = SLUG))]
    pub app: AppId,
    /// The `id` of the environment that it feeds.
    #[schemars(with = "String", regex(pattern = SLUG))]
    pub environment: EnvironmentId,
}

impl Config {
    /// Reads a configuration. `file` is its name, for messages.
    ///
    /// On failure, every problem of the file at once.
    pub fn parse(text: &str, file: &str) -> Result<Self, Problems> {
        check::config(text, file)
    }

    /// The same, as the portal's use cases take it.
    pub fn catalog(&self) -> Catalog {
        Catalog {
            apps: self.apps.iter().map(App::domain).collect(),
            environments: self.environments.iter().map(Environment::domain).collect(),
            feeds: self.pipelines.iter().map(Pipeline::feed).collect(),
            paths: self.paths.clone(),
        }
    }

    /// Who has which role, as the portal's use cases take it.
    pub fn grants(&self) -> Vec<Grant> {
        self.roles.iter().map(RoleEntry::grant).collect()
    }

    /// The JSON Schema of the file, for editors: pretty-printed, with a final newline.
    pub fn schema() -> String {
        let schema = schemars::schema_for!(Self);
        format!("{:#}\n", schema.to_value())
    }
}

impl App {
    fn domain(&self) -> catalog::App {
        catalog::App {
            id: self.id.clone(),
            name: self.name.clone(),
        }
    }
}

impl Environment {
    fn domain(&self) -> catalog::Environment {
        catalog::Environment {
            id: self.id.clone(),
            name: self.name.clone(),
            colour: self.colour.clone(),
        }
    }
}

impl Pipeline {
    fn feed(&self) -> Feed {
        Feed {
            source: self.source.clone(),
            pipeline: self.name.clone(),
            account: self.account.clone(),
            region: self.region.clone(),
            app: self.app.clone(),
            environment: self.environment.clone(),
        }
    }

    /// Whether every pipeline that `other` fits, this one fits too.
    fn covers(&self, other: &Self) -> bool {
        let covers = |mine: &Option<String>, its: &Option<String>| mine.is_none() || mine == its;
        self.source == other.source
            && self.name == other.name
            && covers(&self.account, &other.account)
            && covers(&self.region, &other.region)
    }
}

//! `towpath.toml`: what the team ships, where to, and which pipeline feeds what.
//!
//! Each table is one type, which is its JSON Schema as well. Every problem of a file is found at once, and each is shown with
//! its line and what to do about it.

mod apps;
mod document;
mod downloads;
mod environments;
mod file;
mod names;
mod packages;
mod paths;
mod pipelines;
mod problem;
mod reader;
mod roles;
mod schema;
#[cfg(test)]
mod tests;
mod values;
mod warnings;
mod workloads;

use domain::{
    access::Grant,
    catalog::{App, Catalog, Environment, Feed, PackageRule},
    download::DailyLimits,
    path::Path,
    workload::Workload,
};
use url::Url;

pub use problem::{Problem, Problems};

/// The file's usual name.
pub const FILE_NAME: &str = "towpath.toml";

/// What a team ships, where to, and which pipeline feeds what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The address that people reach the portal at. Without one, each request's own.
    pub public_url: Option<Url>,
    /// The apps, in the order that pages show them.
    pub apps: Vec<App>,
    /// The environments, in the order that a build moves through them.
    pub environments: Vec<Environment>,
    /// Which pipeline feeds what; the first entry that fits a pipeline counts.
    pub pipelines: Vec<Feed>,
    /// Which way builds take through the environments; an app without a path has no promotions.
    pub paths: Vec<Path>,
    /// What environments ask of the packages that they serve.
    pub packages: Vec<PackageRule>,
    /// Which groups have which role, and where.
    pub roles: Vec<Grant>,
    /// Which jobs and services may call without a stored secret, and what they may do; the first entry that fits counts.
    pub workloads: Vec<Workload>,
    /// How much is given out in a day.
    pub downloads: DailyLimits,
    /// What the file writes as earlier versions had it.
    outdated: Vec<String>,
}

impl Config {
    /// Reads a configuration. `file` is its name, for messages.
    ///
    /// On failure, every problem of the file at once.
    pub fn parse(text: &str, file: &str) -> Result<Self, Problems> {
        file::parse(text, file)
    }

    /// The same, as the portal's use cases take it.
    pub fn catalog(&self) -> Catalog {
        Catalog {
            apps: self.apps.clone(),
            environments: self.environments.clone(),
            feeds: self.pipelines.clone(),
            paths: self.paths.clone(),
            packages: self.packages.clone(),
        }
    }

    /// Who has which role, as the portal's use cases take it.
    pub fn grants(&self) -> Vec<Grant> {
        self.roles.clone()
    }

    /// The JSON Schema of the file, for editors: pretty-printed, with a final newline.
    pub fn schema() -> String {
        format!("{:#}\n", *file::SCHEMA)
    }
}

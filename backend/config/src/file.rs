//! What the whole file says.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Config, Problems,
    apps::{self, App},
    document::Document,
    downloads::{self, Downloads},
    environments::{self, Environment},
    names::Names,
    packages::{self, PackagesOf},
    paths::{self, Path},
    pipelines::{self, Pipeline},
    reader::{self, Given, Leaf, List},
    roles::{self, Role},
    schema,
    values::public_url,
    workloads::{self, Workload},
};

/// The JSON Schema of the file.
pub(crate) static SCHEMA: LazyLock<Value> = LazyLock::new(schema::of::<File>);

/// What a team ships, where to, and which pipeline feeds what.
#[derive(Deserialize, JsonSchema)]
#[schemars(title = "towpath.toml", deny_unknown_fields)]
struct File {
    /// The address that people reach the portal at, such as `https://releases.example.com`. Left out, each request's own.
    #[schemars(
        regex(pattern = "^https?://[^/?#]+/?$"),
        example = &"https://releases.example.com"
    )]
    public_url: Option<Given<String>>,
    /// The apps, in the order that pages show them.
    #[schemars(required, length(min = 1))]
    apps: List<App>,
    /// The environments, in the order that a build moves through them.
    #[schemars(required, length(min = 1))]
    environments: List<Environment>,
    /// Which pipeline feeds what; the first entry that fits a pipeline counts.
    pipelines: List<Pipeline>,
    /// Which way builds take through the environments; an app without a path has no promotions.
    paths: List<Path>,
    /// What packages have to be, to be released.
    packages: List<PackagesOf>,
    /// Who may do what, by the groups that the issuer of their sign-in names. Anyone who is in none of them sees nothing.
    roles: List<Role>,
    /// Which jobs and services may call without a stored secret, and what they may do; the first entry that fits counts.
    workloads: List<Workload>,
    /// The old name of `workloads`.
    #[schemars(extend("deprecated" = true))]
    machines: List<Workload>,
    /// How much is given out in a day, so that what leaks costs no more than that.
    downloads: Option<Given<Downloads>>,
}

pub(crate) fn parse(text: &str, name: &str) -> Result<Config, Problems> {
    let document = Document::new(text, name);
    let (root, errors) = DeTable::parse_recoverable(text);
    let broken = !errors.is_empty();
    for error in errors {
        let what = error.message().lines().collect::<Vec<_>>().join(", ");
        document.problem(
            error.span().unwrap_or(0..0),
            format!("not valid TOML: {what}"),
            "correct this line; texts stand in double quotes, lists of tables begin with [[name]]",
        );
    }
    if broken {
        // What a broken file seems to lack is likely a consequence of where it broke.
        return document.finish(None);
    }
    let root = Spanned::new(0..0, DeValue::Table(root.into_inner()));
    let file: Option<File> = reader::read(&document, &root, &SCHEMA);
    let config = file.map(|file| file.config(&document));
    document.finish(config)
}

impl File {
    fn config(&self, document: &Document<'_>) -> Config {
        let names = Names {
            apps: apps::names(&self.apps),
            environments: environments::names(&self.environments),
        };
        let address = self.public_url.text();
        let (title, entries) = workloads::in_use(document, &self.workloads, &self.machines);
        Config {
            public_url: address.and_then(|text| public_url(document, &text)),
            apps: apps::all(document, &self.apps),
            environments: environments::all(document, &self.environments),
            pipelines: pipelines::all(document, &self.pipelines, &names),
            paths: paths::all(document, &self.paths, &names),
            packages: packages::all(document, &self.packages, &names),
            roles: roles::all(document, &self.roles, &names),
            workloads: workloads::all(document, title, entries, &names),
            downloads: downloads::limits(&self.downloads),
            outdated: document.warnings(),
        }
    }
}

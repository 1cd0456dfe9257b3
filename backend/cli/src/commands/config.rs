//! `towpath config`: looks at a configuration file.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use config::{Config, FILE_NAME};
use domain::words::count;
use serde::Deserialize;
use serde_json::json;

use crate::{failure::Failure, output::Output};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Validate a file: every mistake, with its line and what to do
    Check {
        /// The file
        #[arg(default_value = FILE_NAME)]
        file: PathBuf,
        /// Take the environments from there, as `make deploy` does. Left out, from environments.toml beside a file that names
        /// none
        #[arg(long, value_name = "FILE")]
        environments: Option<PathBuf>,
    },
    /// Print the JSON Schema of the file, for editors
    Schema,
}

/// What a deployment's list of environments says that is of interest here.
#[derive(Deserialize)]
struct Deployments {
    #[serde(default)]
    environments: Vec<Deployment>,
}

#[derive(Deserialize)]
struct Deployment {
    name: String,
    title: Option<String>,
    colour: String,
}

pub(crate) fn check(
    file: &Path,
    environments: Option<&Path>,
    output: &Output,
) -> Result<(), Failure> {
    let name = file.display().to_string();
    let mut text = read(file)?;
    let beside = file.with_file_name("environments.toml");
    let names_none = text
        .parse::<toml::Table>()
        .is_ok_and(|table| !table.contains_key("environments"));
    let environments = environments.or((names_none && beside.is_file()).then_some(&beside));
    if let Some(environments) = environments {
        // Behind all that the file says, so that its lines stay those of its problems.
        text.push_str(&tables(environments)?);
        output.note(&format!(
            "environments: those of {}",
            environments.display()
        ));
    }
    let config = Config::parse(&text, &name).map_err(Failure::Configuration)?;
    let warnings = config.warnings();
    if output.json {
        return output.value(&json!({"file": name, "problems": [], "warnings": warnings}));
    }
    for warning in &warnings {
        output.note(&format!("{name}: {warning}"));
    }
    output.line(&format!(
        "{name} is valid: {}, {}, {}",
        count(config.apps.len(), "app"),
        count(config.environments.len(), "environment"),
        count(config.pipelines.len(), "pipeline"),
    ));
    Ok(())
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        let name = file.display();
        Failure::Failed(format!("{name} cannot be read: {error}. Give its path"))
    })
}

/// The environments of a deployment, as the portal's own file has them.
fn tables(file: &Path) -> Result<String, Failure> {
    let parsed = toml::from_str::<Deployments>(&read(file)?).map_err(|error| {
        let name = file.display();
        Failure::Failed(format!("{name} lists no environments: {error}"))
    })?;
    let environments = parsed.environments.into_iter();
    let tables = environments.map(|environment| {
        let mut table = toml::Table::new();
        let title = environment
            .title
            .unwrap_or_else(|| environment.name.clone());
        table.insert("id".to_owned(), environment.name.into());
        table.insert("name".to_owned(), title.into());
        table.insert("colour".to_owned(), environment.colour.into());
        format!("\n[[environments]]\n{table}")
    });
    Ok(tables.collect())
}

#[expect(clippy::unnecessary_wraps, reason = "as every command")]
pub(crate) fn schema(output: &Output) -> Result<(), Failure> {
    output.raw(&format!("{}\n", Config::schema().trim_end()));
    Ok(())
}

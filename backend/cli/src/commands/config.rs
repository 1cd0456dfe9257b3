//! `towpath config`: looks at a configuration file.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use portal::{
    config::{Config, FILE_NAME},
    words::count,
};
use serde_json::json;

use crate::{failure::Failure, output::Output};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say everything that is wrong with a file, with line and remedy
    Check {
        /// The file
        #[arg(default_value = FILE_NAME)]
        file: PathBuf,
    },
    /// Print the JSON Schema of the file, for editors
    Schema,
}

pub(crate) fn check(file: &Path, output: &Output) -> Result<(), Failure> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::Failed(format!("{name} cannot be read: {error}. Give its path"))
    })?;
    let config = Config::parse(&text, &name).map_err(Failure::Configuration)?;
    if output.json {
        return output.value(&json!({"file": name, "problems": []}));
    }
    output.line(&format!(
        "{name} is valid: {}, {}, {}",
        count(config.apps.len(), "app"),
        count(config.environments.len(), "environment"),
        count(config.pipelines.len(), "pipeline"),
    ));
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "as every command")]
pub(crate) fn schema(output: &Output) -> Result<(), Failure> {
    output.raw(&format!("{}\n", Config::schema().trim_end()));
    Ok(())
}

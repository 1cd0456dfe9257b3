//! `towpath audit export`: takes the log away.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use domain::month::Month;

use super::months::{self, Parts};
use crate::{client::Api, commands::now, failure::Failure, output::Output};

const EXAMPLES: &str = "Examples:
  towpath audit export --all > audit.jsonl
  towpath audit export --month 2026-10 --format csv --output audit.csv";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One JSON object a line
    Jsonl,
    /// For a spreadsheet
    Csv,
}

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExportOptions {
    /// The month in UTC, such as 2026-11 [default: this one]
    #[arg(long)]
    month: Option<Month>,
    /// Every month that there is
    #[arg(long, conflicts_with = "month")]
    all: bool,
    /// In which form
    #[arg(long, value_enum, default_value_t = Form::Jsonl)]
    format: Form,
    /// Where to put it [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) async fn export(
    api: &Api,
    options: &ExportOptions,
    output: &Output,
) -> Result<(), Failure> {
    let form = match options.format {
        Form::Jsonl => "jsonl",
        Form::Csv => "csv",
    };
    let mut file = match &options.output {
        Some(path) => Some(File::create(path).map_err(|error| unwritable(path, &error))?),
        None => None,
    };
    for (place, month) in wanted(api, options).await?.iter().enumerate() {
        let mut parts = Parts::of(api, month, form);
        let mut first = true;
        while let Some(part) = parts.next().await? {
            // The line of names stands once.
            let names_again = options.format == Form::Csv && place > 0 && first;
            first = false;
            let text = if names_again {
                part.split_once('\n').map_or("", |(_, entries)| entries)
            } else {
                &part
            };
            match (&mut file, &options.output) {
                (Some(file), Some(path)) => file
                    .write_all(text.as_bytes())
                    .map_err(|error| unwritable(path, &error))?,
                _ => output.raw(text),
            }
        }
    }
    if let Some(path) = &options.output {
        output.note(&format!("written to {}", path.display()));
    }
    Ok(())
}

async fn wanted(api: &Api, options: &ExportOptions) -> Result<Vec<Month>, Failure> {
    if options.all {
        return Ok(months::span_of(api).await?.months(None));
    }
    let month = options.month.clone().unwrap_or_else(|| Month::of(now()));
    Ok(vec![month])
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("{} cannot be written: {error}", path.display()))
}

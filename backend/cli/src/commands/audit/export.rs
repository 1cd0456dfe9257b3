//! `towpath audit export`: takes the log away.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use store::table::Month;

use super::months;
use crate::{api::Api, commands::now, failure::Failure, output::Output};

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
    let mut all = String::new();
    for month in wanted(api, options).await? {
        let text = months::text(api, &month, form).await?;
        // The line of names stands once.
        let names_again = options.format == Form::Csv && !all.is_empty();
        let text = if names_again {
            text.split_once('\n').map_or("", |(_, entries)| entries)
        } else {
            &text
        };
        all.push_str(text);
    }
    let Some(file) = &options.output else {
        output.raw(&all);
        return Ok(());
    };
    std::fs::write(file, &all).map_err(|error| {
        Failure::Failed(format!("{} cannot be written: {error}", file.display()))
    })?;
    output.note(&format!("written to {}", file.display()));
    Ok(())
}

async fn wanted(api: &Api, options: &ExportOptions) -> Result<Vec<Month>, Failure> {
    if options.all {
        let view = months::seals(api).await?;
        return Ok(months::of(&view, &view.seals));
    }
    let month = options.month.clone().unwrap_or_else(|| Month::of(now()));
    Ok(vec![month])
}

//! `towpath privacy`: what is kept of a person, handed out or without their name.

use std::{
    fs::File,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use api::privacy::{Erase, Erasing, Export, ExportOf};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::{client::Api, failure::Failure, output::Output};

const EXPORT_EXAMPLES: &str = "Examples:
  towpath privacy export ada@example.com --output ada.json
  towpath privacy export 9f2c61f0b7d84e1a8a1f5cc05d3e0b72
  towpath privacy export 00u1b2c3 --issuer https://login.example.com

What is handed out has no secrets, and does not name others. That it was handed out is in the audit log. A token does not do this:
where people sign in, open /settings/privacy.";

const ERASE_EXAMPLES: &str = "Examples:
  towpath privacy erase ada@example.com --reason \"asked for it\"
  towpath privacy erase 9f2c61f0b7d84e1a8a1f5cc05d3e0b72 --reason \"left the team\" --yes

Their sessions end, their tokens and share links are revoked, and their name goes from all records; what they did stays, by their
identifier, and decisions of theirs count as before. Nothing brings the name back. Begun again, it goes on where something is left.
If you erase your own name, you are signed out. A token cannot do this: where people sign in, open /settings/privacy.
docs/privacy.md says what is kept, and what no erasure reaches.";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print all that is kept of a person, as JSON
    Export(ExportOptions),
    /// Erase a person's name
    Erase(EraseOptions),
}

#[derive(Args)]
struct Person {
    /// Their address, their identifier in the audit log, or with --issuer what that calls them
    #[arg(value_name = "SUBJECT")]
    person: String,
    /// The issuer whose name for them it is
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

#[derive(Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub(crate) struct ExportOptions {
    #[command(flatten)]
    person: Person,
    /// Where to put it [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = ERASE_EXAMPLES)]
pub(crate) struct EraseOptions {
    #[command(flatten)]
    person: Person,
    /// Why, for the audit log
    #[arg(long, value_name = "WORDS")]
    reason: String,
    /// Do not ask whether you are sure
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn privacy(api: &Api, command: Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Export(options) => export(api, options, output).await,
        Command::Erase(options) => erase(api, options, output).await,
    }
}

/// One document, record by record, so that none has to be held with all the others.
async fn export(api: &Api, options: ExportOptions, output: &Output) -> Result<(), Failure> {
    let Person { person, issuer } = options.person;
    let mut asked = ExportOf {
        person: Some(person),
        issuer,
        cursor: None,
    };
    let mut part: Export = api.post("/api/v1/privacy/export", &asked).await?;
    let mut to = Sink::open(options.output.as_deref(), output)?;
    to.write(&format!(
        "{{\"person\":{},\"as_of\":{},\"records\":[",
        json!(part.person),
        json!(part.as_of)
    ))?;
    let mut count = 0_usize;
    loop {
        for record in &part.records {
            let text = serde_json::to_string(record).map_err(|error| Failure::failed(&error))?;
            let comma = if count == 0 { "" } else { "," };
            to.write(&format!("{comma}\n{text}"))?;
            count += 1;
        }
        if part.next.is_none() {
            break;
        }
        asked.cursor = part.next;
        part = api.post("/api/v1/privacy/export", &asked).await?;
    }
    to.write("\n]}\n")?;
    if let Some(path) = &options.output {
        let records = domain::words::count(count, "record");
        output.note(&format!("{records} written to {}", path.display()));
    }
    Ok(())
}

/// Where an export goes.
enum Sink<'a> {
    File(File, &'a Path),
    Output(&'a Output),
}

impl<'a> Sink<'a> {
    fn open(path: Option<&'a Path>, output: &'a Output) -> Result<Self, Failure> {
        match path {
            None => Ok(Self::Output(output)),
            Some(path) => File::create(path)
                .map(|file| Self::File(file, path))
                .map_err(|error| unwritable(path, &error)),
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        match self {
            Self::Output(output) => {
                output.raw(text);
                Ok(())
            }
            Self::File(file, path) => file
                .write_all(text.as_bytes())
                .map_err(|error| unwritable(path, &error)),
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Failed(format!("{} cannot be written: {error}", path.display()))
}

async fn erase(api: &Api, options: EraseOptions, output: &Output) -> Result<(), Failure> {
    let Person { person, issuer } = options.person;
    if !options.yes {
        confirm(&person)?;
    }
    let mut asked = Erase {
        person,
        issuer,
        reason: options.reason,
        cursor: None,
    };
    let mut done: Erasing = api.post("/api/v1/privacy/erase", &asked).await?;
    while done.next.is_some() {
        output.note("records are looked through");
        asked.cursor.clone_from(&done.next);
        let more: Erasing = api.post("/api/v1/privacy/erase", &asked).await?;
        done = done.and(more);
    }
    if output.json {
        return output.value(&done);
    }
    output.line(&format!("the name of person {} is erased", done.person));
    for line in done.lines() {
        output.line(&format!("  {line}"));
    }
    output.line("what stays, and how long:");
    for remaining in &done.remains {
        output.line(&format!("  {}: {}", remaining.what, remaining.until));
    }
    Ok(())
}

/// Asks on a terminal; elsewhere `--yes` has to say it.
fn confirm(person: &str) -> Result<(), Failure> {
    let unsure = || {
        Failure::Refused(
            "nothing was erased: this cannot be undone, so say that you are sure with --yes"
                .to_owned(),
        )
    };
    if !io::stdin().is_terminal() {
        return Err(unsure());
    }
    let shown = crate::output::printable(person);
    let _ = write!(
        io::stderr(),
        "erase the name of {shown} for good? Type yes: "
    );
    let mut typed = String::new();
    let read = io::stdin().lock().read_line(&mut typed);
    if read.is_ok() && typed.trim() == "yes" {
        return Ok(());
    }
    Err(unsure())
}

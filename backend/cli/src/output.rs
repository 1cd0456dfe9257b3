//! What is printed: tables for people, JSON for programs. Colours only where someone looks at them.

mod table;

use std::io::{self, IsTerminal as _, Write as _};

use domain::status::Status;
use serde::Serialize;

use crate::failure::Failure;

pub(crate) use table::{Table, printable};

/// Where to print to, and how.
pub(crate) struct Output {
    pub(crate) json: bool,
    colours: bool,
    error_colours: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            json,
            colours: wanted && io::stdout().is_terminal(),
            error_colours: wanted && io::stderr().is_terminal(),
        }
    }

    /// Prints a text of our own as it is.
    #[expect(
        clippy::unused_self,
        reason = "an output is asked to print, whatever it has to know for that"
    )]
    pub(crate) fn raw(&self, text: &str) {
        let _ = write!(io::stdout(), "{text}");
    }

    /// Prints a line, which may hold words of others. A reader that has seen enough (`| head`) is no failure.
    pub(crate) fn line(&self, text: &str) {
        self.raw(&format!("{}\n", printable(text)));
    }

    /// Prints what stands beside the result, where it does not get into a pipe.
    pub(crate) fn note(&self, text: &str) {
        if !self.json {
            let _ = writeln!(io::stderr(), "{}", printable(text));
        }
    }

    /// Prints a value as JSON.
    pub(crate) fn value(&self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value).map_err(|error| Failure::failed(&error))?;
        self.raw(&format!("{text}\n"));
        Ok(())
    }

    /// Prints a table.
    pub(crate) fn table(&self, table: &Table) {
        for line in table.lines(self.colours) {
            self.raw(&format!("{line}\n"));
        }
    }

    /// Prints why the command failed.
    pub(crate) fn failure(&self, failure: &Failure) {
        let text = match failure {
            _ if self.json => failure.json().to_string(),
            Failure::Configuration(_) => failure.to_string(),
            _ if self.error_colours => format!("\x1b[31mtowpath:\x1b[0m {}", lines(failure)),
            _ => format!("towpath: {}", lines(failure)),
        };
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Whether someone looks at what is printed beside the result.
    pub(crate) fn is_watched(&self) -> bool {
        !self.json && io::stderr().is_terminal()
    }
}

/// What a failure says, in which others' words can stand.
fn lines(failure: &Failure) -> String {
    let text = failure.to_string();
    let lines: Vec<String> = text.lines().map(printable).collect();
    lines.join("\n")
}

/// The colour of a status, as the number that terminals know it by.
pub(crate) fn colour(status: Status) -> Option<u8> {
    match status {
        Status::Succeeded => Some(32),
        Status::Failed | Status::Error => Some(31),
        Status::Running | Status::Stopping => Some(36),
        Status::Queued | Status::Waiting => Some(33),
        Status::Unknown | Status::Skipped | Status::Superseded | Status::Canceled => None,
    }
}

//! Taking a month of the log away: as JSON lines, exactly as it is kept, or as CSV for a spreadsheet.

use std::str::FromStr;

use domain::{actor::Actor, audit::Entry};
use store::table::Month;

use crate::{Error, Portal, Result, access::Action};

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180), with a line of names.
    Csv,
    /// One JSON object a line, with which the chain can be verified elsewhere.
    JsonLines,
}

const COLUMNS: [&str; 15] = [
    "number",
    "at",
    "by",
    "by_kind",
    "proof",
    "from",
    "deed",
    "app",
    "environment",
    "build",
    "promotion",
    "reason",
    "details",
    "previous",
    "hash",
];

impl Format {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl",
        }
    }

    /// The ending of a file of it.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "csv" => Ok(Self::Csv),
            "jsonl" => Ok(Self::JsonLines),
            _ => Err(Error::invalid("format", "a format is csv or jsonl")),
        }
    }
}

impl Portal {
    /// All entries of a month, the oldest first.
    pub async fn export_audit(
        &self,
        actor: &Actor,
        month: &Month,
        format: Format,
    ) -> Result<String> {
        self.authorise(actor, Action::ViewAudit)?;
        let found = self.store().table.audit_month(month).await?;
        // One that cannot be read is not left out in silence: verifying names it.
        let entries: Vec<Entry> = found.into_iter().filter_map(|found| found.entry).collect();
        Ok(match format {
            Format::Csv => csv(&entries),
            Format::JsonLines => json_lines(&entries),
        })
    }
}

fn json_lines(entries: &[Entry]) -> String {
    let line = |entry: &Entry| serde_json::to_string(entry).unwrap_or_default() + "\n";
    entries.iter().map(line).collect()
}

fn csv(entries: &[Entry]) -> String {
    let mut text = COLUMNS.join(",") + "\r\n";
    for entry in entries {
        let cells: Vec<String> = cells(entry).iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn cells(entry: &Entry) -> [String; 15] {
    let note = &entry.note;
    let or_nothing = |text: Option<&str>| text.unwrap_or_default().to_owned();
    [
        entry.number.to_string(),
        note.at.to_string(),
        note.by.name.clone(),
        word(&note.by.kind),
        note.proof.clone(),
        or_nothing(note.from.as_deref()),
        word(&note.deed),
        or_nothing(note.app.as_ref().map(AsRef::as_ref)),
        or_nothing(note.environment.as_ref().map(AsRef::as_ref)),
        or_nothing(note.build.as_ref().map(AsRef::as_ref)),
        or_nothing(note.promotion.as_ref().map(AsRef::as_ref)),
        or_nothing(note.reason.as_deref()),
        if note.details.is_empty() {
            String::new()
        } else {
            serde_json::to_string(&note.details).unwrap_or_default()
        },
        entry.previous.to_string(),
        entry.hash.to_string(),
    ]
}

/// The word that a value is kept as.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A cell in quotes. One that a spreadsheet would take for a formula begins with an apostrophe, which makes it text.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_cannot_become_a_formula_or_another_cell() {
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(
            quoted("so, \"quoted\"\nit is"),
            "\"so, \"\"quoted\"\"\nit is\""
        );
        assert_eq!(quoted(""), "\"\"");
    }
}

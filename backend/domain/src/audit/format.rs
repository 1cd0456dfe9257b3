//! The log as a file: JSON lines, exactly as it is kept, or CSV for a spreadsheet.

use std::str::FromStr;

use serde_json::Value;

use super::{Entry, line};

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180), with a line of names.
    Csv,
    /// One JSON object a line, with which the chain can be verified elsewhere.
    JsonLines,
}

/// A text that names no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a format is csv or jsonl")]
pub struct InvalidFormat;

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
    type Err = InvalidFormat;

    fn from_str(text: &str) -> Result<Self, InvalidFormat> {
        match text {
            "csv" => Ok(Self::Csv),
            "jsonl" => Ok(Self::JsonLines),
            _ => Err(InvalidFormat),
        }
    }
}

/// The first line of a CSV file.
pub fn heading() -> String {
    COLUMNS.join(",") + "\r\n"
}

/// What is kept, also where it no longer reads as an entry: anyone who verifies the file finds that.
pub fn json_line(value: Option<&Value>, text: &mut String) {
    if let Some(value) = value {
        text.push_str(&line(value).unwrap_or_else(|| value.to_string()));
        text.push('\n');
    }
}

pub fn csv_line(entry: Option<&Entry>, text: &mut String) {
    if let Some(entry) = entry {
        let cells: Vec<String> = cells(entry).iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
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
        word(&note.action),
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

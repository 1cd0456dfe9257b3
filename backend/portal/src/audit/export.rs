//! Taking a month of the log away: as JSON lines, exactly as it is kept, or as CSV for a spreadsheet. A part at a time: a
//! function's answer has at most 6 MB.

use std::str::FromStr;

use domain::{
    actor::Actor,
    audit::{Entry, line},
    month::Month,
    page::Cursor,
};
use serde_json::Value;
use store::table::AuditPlace;

use crate::{Error, Portal, Result, access::Action};

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180), with a line of names.
    Csv,
    /// One JSON object a line, with which the chain can be verified elsewhere.
    JsonLines,
}

/// A part is not much longer.
const LARGEST: usize = 4 << 20;

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

/// A part of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its entries, the oldest first.
    pub text: String,
    /// Where the next part starts; none if this is the last.
    pub next: Option<Cursor>,
    /// The last entry in it.
    pub last: u64,
}

impl Portal {
    /// The entries of a month, the oldest first, or those behind a cursor: as many as one answer can hold.
    pub async fn export_audit(
        &self,
        actor: &Actor,
        month: &Month,
        format: Format,
        cursor: Option<&Cursor>,
    ) -> Result<Part> {
        self.authorise(actor, Action::ViewAudit)?;
        let mut last = match cursor.map(|cursor| cursor.sort_key().parse::<u64>()) {
            Some(Ok(number)) => number,
            Some(Err(_)) => {
                return Err(Error::invalid(
                    "cursor",
                    "a cursor is `next` of the part before",
                ));
            }
            None => 0,
        };
        let mut text = String::new();
        if format == Format::Csv && cursor.is_none() {
            text = COLUMNS.join(",") + "\r\n";
        }
        let table = &self.store().table;
        let mut behind = cursor.map(|_| AuditPlace::behind(last));
        loop {
            let found = table.audit_entries(month, behind.as_ref()).await?;
            for one in found.entries {
                // What has no number in its place is no entry; verifying names it.
                let Some(place) = one.place else { continue };
                if text.len() >= LARGEST {
                    return Ok(Part {
                        text,
                        next: Some(Cursor::behind(&last.to_string())),
                        last,
                    });
                }
                match format {
                    Format::Csv => csv_line(one.entry.map(Entry::readable).as_ref(), &mut text),
                    Format::JsonLines => json_line(one.value.as_ref(), &mut text),
                }
                last = place;
            }
            behind = found.next;
            if behind.is_none() {
                return Ok(Part {
                    text,
                    next: None,
                    last,
                });
            }
        }
    }
}

/// What is kept, also where it no longer reads as an entry: whoever verifies the file finds that.
fn json_line(value: Option<&Value>, text: &mut String) {
    if let Some(value) = value {
        text.push_str(&line(value).unwrap_or_else(|| value.to_string()));
        text.push('\n');
    }
}

fn csv_line(entry: Option<&Entry>, text: &mut String) {
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

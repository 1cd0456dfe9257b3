//! Taking a month of the log away: as JSON lines, exactly as it is kept, or as CSV for a spreadsheet. A part at a time: a
//! function's answer has at most 6 MB.

use domain::{
    actor::Actor,
    audit::{
        Entry,
        format::{self, Format},
    },
    month::Month,
    page::Cursor,
};
use store::table::AuditPlace;

use crate::{Error, Result, access::Action, audit::Audit};

/// A part is not much longer.
const LARGEST: usize = 4 << 20;

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

impl Audit<'_> {
    /// The entries of a month, the oldest first, or those behind a cursor: as many as one answer can hold.
    pub async fn export(
        self,
        actor: &Actor,
        month: &Month,
        format: Format,
        cursor: Option<&Cursor>,
    ) -> Result<Part> {
        self.portal.authorise(actor, Action::ViewAudit)?;
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
            text = format::heading();
        }
        let table = &self.portal.table;
        let mut behind = cursor.map(|_| AuditPlace::behind(last));
        loop {
            let found = table.audit().entries(month, behind.as_ref()).await?;
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
                    Format::Csv => {
                        format::csv_line(one.entry.map(Entry::readable).as_ref(), &mut text);
                    }
                    Format::JsonLines => format::json_line(one.value.as_ref(), &mut text),
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

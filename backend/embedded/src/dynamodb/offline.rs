//! A database without its server: copied while another process serves it, read out, and filled.

use std::{fmt::Display, path::Path, thread, time::Duration};

use dynoxide::{AttributeValue, Database, ImportOptions, Item, actions::scan::ScanRequest};
use rusqlite::{
    Connection, ErrorCode,
    backup::{Backup, StepResult},
};
use serde::{Deserialize, Serialize};

use super::check;
use crate::listener::Error;

/// How long a copy waits for a lock, and how often.
const PAUSE: Duration = Duration::from_millis(50);
const PAUSES: u32 = 200;

/// Copies a database as of one moment, without blocking those who write to it.
pub fn snapshot(from: &Path, to: &Path) -> Result<(), Error> {
    let copy = || -> rusqlite::Result<()> {
        let source = check::open(from)?;
        let mut target = Connection::open(to)?;
        let backup = Backup::new(&source, &mut target)?;
        let mut pauses = 0;
        loop {
            // All pages in one step: between steps, a writer would make it begin again.
            match backup.step(-1)? {
                StepResult::Busy | StepResult::Locked if pauses < PAUSES => {
                    pauses += 1;
                    thread::sleep(PAUSE);
                }
                StepResult::Done => return Ok(()),
                _ => {
                    return Err(rusqlite::Error::SqliteFailure(
                        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
                        Some("another process keeps it locked".to_owned()),
                    ));
                }
            }
        }
    };
    copy().map_err(|error| match error.sqlite_error_code() {
        // The copy's.
        Some(ErrorCode::DiskFull) => Error::open(to, error.to_string()),
        _ => Error::open(from, error.to_string()),
    })
}

/// An item, as DynamoDB's export has it: `{"Item": {…}}`.
#[derive(Serialize, Deserialize)]
struct Exported {
    #[serde(rename = "Item")]
    item: Item,
}

/// A table of a database that no server has open.
pub struct OfflineTable {
    path: String,
    database: Database,
    name: String,
}

/// Where a scan goes on.
#[derive(Default)]
pub struct Cursor(Option<Item>);

impl OfflineTable {
    /// Opens a database that is there.
    pub fn open(path: &Path, table: &str) -> Result<Self, Error> {
        let text = path.to_string_lossy().into_owned();
        let database =
            Database::new(&text).map_err(|error| Error::open(path, error.to_string()))?;
        Ok(Self {
            path: text,
            database,
            name: table.to_owned(),
        })
    }

    /// Some items, each as a line of JSON without a line feed, and where it goes on.
    pub fn page(&self, after: Cursor) -> Result<(Vec<String>, Option<Cursor>), Error> {
        self.scan(after.0, None)
    }

    fn scan(
        &self,
        after: Option<Item>,
        limit: Option<usize>,
    ) -> Result<(Vec<String>, Option<Cursor>), Error> {
        let page = self.database.scan(ScanRequest {
            table_name: self.name.clone(),
            exclusive_start_key: after,
            limit,
            ..ScanRequest::default()
        });
        let page = page.map_err(|error| self.failed(error))?;
        let mut lines = Vec::new();
        for item in page.items.unwrap_or_default() {
            let exported = serde_json::to_string(&Exported { item });
            lines.push(exported.map_err(|error| self.failed(error))?);
        }
        let next = page.last_evaluated_key.map(|key| Cursor(Some(key)));
        Ok((lines, next))
    }

    /// The first item behind a key, as a line, in the order of keys. That order is this database's own: AWS gives none to partitions.
    pub fn first_behind(&self, key: &[(&str, &str)]) -> Result<Option<String>, Error> {
        let key = key.iter().map(|(name, value)| {
            let value = AttributeValue::S((*value).to_owned());
            ((*name).to_owned(), value)
        });
        let (lines, _) = self.scan(Some(key.collect()), Some(1))?;
        Ok(lines.into_iter().next())
    }

    /// Adds items, all or none.
    pub fn add(&self, lines: &[String]) -> Result<(), Error> {
        let mut items = Vec::with_capacity(lines.len());
        for line in lines {
            let exported: Exported =
                serde_json::from_str(line).map_err(|error| self.failed(error))?;
            items.push(exported.item);
        }
        self.database
            .import_items(&self.name, items, ImportOptions::default())
            .map(|_| ())
            .map_err(|error| self.failed(error))
    }

    fn failed(&self, error: impl Display) -> Error {
        Error::open(Path::new(&self.path), error.to_string())
    }
}

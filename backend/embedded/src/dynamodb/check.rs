//! Whether a database is one, and whole. Looked at before anything else opens it, and never changed by that.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use dynoxide::{
    Database, DynoxideError,
    actions::{list_tables::ListTablesRequest, scan::ScanRequest},
};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::listener::FULL;

/// How long a lock of another process is waited for.
const LOCKED: Duration = Duration::from_secs(10);

/// What `SQLite` says of a disk that cannot be read or written.
const BROKEN_DISK: &str = "disk I/O error";

/// What every database's file begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The bytes in front of the first table.
const HEADER: usize = 100;

/// What a file has that nothing is wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// There is no file, or one without an item.
    Nothing,
    /// Items.
    Items,
}

/// How much of a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The structure of all pages (`PRAGMA quick_check`), for so long at the most.
    Structure(Duration),
    /// The same, and that each index has what its table has (`PRAGMA integrity_check`), however long that takes.
    Everything,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// It begins with something else.
    #[error("it is no database: it does not begin as a file of SQLite does")]
    NotADatabase,
    /// Its end is missing.
    #[error("its end is missing: {is} of its {should} bytes are there")]
    CutOff {
        /// The bytes that are there.
        is: u64,
        /// The bytes that it says it has.
        should: u64,
    },
    /// Its first bytes say something that no database has.
    #[error("its header was overwritten ({0})")]
    Header(String),
    /// Some pages do not belong together.
    #[error("parts of it were overwritten or lost ({0})")]
    Pages(String),
    /// It cannot be read at all.
    #[error("it cannot be read")]
    Unreadable(#[source] io::Error),
    /// Another process keeps it locked.
    #[error("another process keeps it locked")]
    Locked,
}

/// What a sound file has; what is wrong with another, to which nothing is written.
pub fn check(path: &Path, depth: Depth) -> Result<Contents, Damage> {
    match std::fs::metadata(path) {
        Ok(found) if found.len() == 0 => return Ok(Contents::Nothing),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::Nothing),
        // Why it cannot be read is told when it is.
        Ok(_) | Err(_) => {}
    }
    whole(path, depth)?;
    contents(path).map_err(|why| {
        if why.contains(FULL) {
            Damage::Unreadable(io::ErrorKind::StorageFull.into())
        } else if why.contains(BROKEN_DISK) {
            Damage::Unreadable(io::Error::other(why))
        } else {
            Damage::Pages(why)
        }
    })
}

/// What is wrong with a file, which another process can have open. Nothing is written.
pub fn whole(path: &Path, depth: Depth) -> Result<(), Damage> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(HEADER as u64).read_to_end(&mut head))
        .map_err(Damage::Unreadable)?;
    if !head.starts_with(MAGIC) {
        return Err(Damage::NotADatabase);
    }
    match look(path, depth) {
        // Of the last page, SQLite takes what is missing for zeros.
        Ok(None) => match cut_off(path, &head) {
            Some(damage) if !has_log(path) => Err(damage),
            Some(_) | None => Ok(()),
        },
        Ok(Some(fault)) => Err(cut_off(path, &head).unwrap_or(Damage::Pages(fault))),
        Err(error) => Err(damage(path, &head, &error)),
    }
}

/// What is the matter with a database that cannot even be looked at.
fn damage(path: &Path, head: &[u8], error: &rusqlite::Error) -> Damage {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Damage::Locked,
        Some(ErrorCode::NotADatabase) => Damage::NotADatabase,
        Some(ErrorCode::DatabaseCorrupt) => {
            cut_off(path, head).unwrap_or_else(|| Damage::Pages(error.to_string()))
        }
        // The file was read before, and the question is none that a sound database refuses.
        Some(ErrorCode::Unknown) => Damage::Header(error.to_string()),
        _ => Damage::Unreadable(io::Error::other(error.to_string())),
    }
}

/// The first thing that `SQLite` finds, if it finds one in time.
fn look(path: &Path, depth: Depth) -> rusqlite::Result<Option<String>> {
    let connection = open(path)?;
    let (pragma, limit) = match depth {
        Depth::Structure(limit) => ("PRAGMA quick_check(1)", Some(limit)),
        Depth::Everything => ("PRAGMA integrity_check(1)", None),
    };
    let handle = connection.get_interrupt_handle();
    let (done, wait) = mpsc::channel::<()>();
    let watch = limit.map(|limit| {
        thread::spawn(move || {
            if wait.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                handle.interrupt();
            }
        })
    });
    let found = connection.query_row(pragma, [], |row| row.get::<_, String>(0));
    drop(done);
    if let Some(watch) = watch {
        let _ended = watch.join().is_ok();
    }
    match found {
        Ok(text) if text == "ok" => Ok(None),
        // `*** in database main ***` is the first line of some.
        Ok(text) => Ok(Some(
            text.lines()
                .find(|line| !line.starts_with("***"))
                .unwrap_or(&text)
                .to_owned(),
        )),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            tracing::info!(path = %path.display(), "the database is large: a part of it was checked");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A connection that writes nothing into the file.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(LOCKED)?;
    Ok(connection)
}

/// Whether there are pages that were not written back into the file: then it can be shorter than they make it.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|found| found.len() > 0)
}

/// Whether fewer bytes are there than the header says.
fn cut_off(path: &Path, head: &[u8]) -> Option<Damage> {
    let is = std::fs::metadata(path).ok()?.len();
    let page = u16::from_be_bytes(head.get(16..18)?.try_into().ok()?);
    // 64 KiB does not fit into the two bytes: they have 1 then.
    let page = if page == 1 { 65536 } else { u64::from(page) };
    let pages = u32::from_be_bytes(head.get(28..32)?.try_into().ok()?);
    let should = page * u64::from(pages);
    (is < should).then_some(Damage::CutOff { is, should })
}

fn contents(path: &Path) -> Result<Contents, String> {
    let text = path.to_string_lossy();
    let database = Database::new(&text).map_err(|error| error.to_string())?;
    match holds_items(&database) {
        Ok(true) => Ok(Contents::Items),
        Ok(false) => Ok(Contents::Nothing),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether any table has an item.
fn holds_items(database: &Database) -> Result<bool, DynoxideError> {
    let tables = database.list_tables(ListTablesRequest::default())?;
    for table_name in tables.table_names {
        let some = database.scan(ScanRequest {
            table_name,
            limit: Some(1),
            ..ScanRequest::default()
        })?;
        if some.count > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const STRUCTURE: Depth = Depth::Structure(Duration::from_mins(1));

    /// A database with a few hundred pages, written back from its log.
    fn database(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("records.sqlite");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL;
                 CREATE TABLE t (k TEXT PRIMARY KEY, v BLOB);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                 INSERT INTO t SELECT 'key' || i, randomblob(500) FROM n;
                 PRAGMA wal_checkpoint(TRUNCATE);",
            )
            .unwrap();
        path
    }

    fn damage(path: &Path) -> Damage {
        check(path, STRUCTURE).unwrap_err()
    }

    #[test]
    fn nothing_is_made_of_a_file_that_is_not_there_or_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.sqlite");
        assert_eq!(check(&path, STRUCTURE).unwrap(), Contents::Nothing);
        assert!(!path.exists());
        fs::write(&path, "").unwrap();
        assert_eq!(check(&path, STRUCTURE).unwrap(), Contents::Nothing);
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    }

    #[test]
    fn other_bytes_are_no_database() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.sqlite");
        for bytes in [vec![7; 3], vec![7; 100_000]] {
            fs::write(&path, bytes).unwrap();
            assert!(matches!(damage(&path), Damage::NotADatabase));
        }
        fs::remove_file(&path).unwrap();
        let path = database(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        bytes[..16].fill(0);
        fs::write(&path, bytes).unwrap();
        assert!(matches!(damage(&path), Damage::NotADatabase));
    }

    #[test]
    fn a_file_that_was_cut_is_told_with_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path());
        let whole = fs::metadata(&path).unwrap().len();
        for length in [whole - 1, whole - 4096, whole / 2, 4096, 200] {
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.set_len(length).unwrap();
            match damage(&path) {
                Damage::CutOff { is, should } => assert_eq!((is, should), (length, whole)),
                other => panic!("{length}: {other}"),
            }
        }
    }

    #[test]
    fn overwritten_pages_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        for page in bytes.chunks_mut(4096).skip(20).take(3) {
            page.fill(0xa5);
        }
        fs::write(&path, bytes).unwrap();
        assert!(matches!(damage(&path), Damage::Pages(_)));
    }

    #[test]
    fn a_header_with_other_bytes_is_damage_or_harmless() {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path());
        let whole = fs::read(&path).unwrap();
        // Of each number, the first byte or the last.
        let places = (16..24).chain((27..72).step_by(4)).chain([44, 56, 96]);
        for place in places {
            for byte in [0, 0xff] {
                let mut bytes = whole.clone();
                bytes[place] = byte;
                fs::write(&path, bytes).unwrap();
                let found = check(&path, STRUCTURE);
                assert!(
                    !matches!(found, Err(Damage::Unreadable(_) | Damage::Locked)),
                    "{place}: {byte}: {found:?}"
                );
                for ending in ["sqlite-wal", "sqlite-shm"] {
                    let _absent = fs::remove_file(path.with_extension(ending)).is_err();
                }
            }
        }
    }

    #[test]
    fn a_check_ends_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path());
        let depth = Depth::Structure(Duration::ZERO);
        // Whatever was not looked at is not said to be damaged.
        assert!(look(&path, depth).unwrap().is_none());
    }
}

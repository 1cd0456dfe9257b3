//! Where what lies in a data folder.

use std::path::{Path, PathBuf};

/// The records, one `SQLite` file.
pub(crate) fn records(folder: &Path) -> PathBuf {
    folder.join("records.sqlite")
}

/// The objects.
pub(crate) fn objects(folder: &Path) -> PathBuf {
    folder.join("objects")
}

/// What the backup lacked that the folder was restored of. Where it is there, files may be missing.
pub(crate) fn incomplete(folder: &Path) -> PathBuf {
    folder.join("incomplete.txt")
}

/// The beginning of the name of a folder in it that a backup is being restored into.
pub(crate) const RESTORING: &str = "restore.partial-";

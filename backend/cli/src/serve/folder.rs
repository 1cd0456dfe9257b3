//! The data folder: one process at a time.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::{ServeError, layout};

/// The data folder, held until this is dropped. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Opens the folder, makes it if absent, and empties it if asked.
    pub(crate) fn open(path: &Path, reset: bool) -> Result<Self, ServeError> {
        let folder = path.display().to_string();
        let failed = |source| ServeError::folder(path, source);
        fs::create_dir_all(path).map_err(failed)?;
        let lock = File::create(path.join("lock")).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => ServeError::InUse {
                folder: folder.clone(),
            },
            TryLockError::Error(source) => failed(source),
        })?;
        let folder = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        if reset {
            folder.empty().map_err(failed)?;
        }
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The records, one `SQLite` file.
    pub(super) fn records(&self) -> PathBuf {
        layout::records(&self.path)
    }

    /// The objects.
    pub(super) fn objects(&self) -> PathBuf {
        layout::objects(&self.path)
    }

    /// Forgets everything that this program put there, and nothing else: the folder was named by a person.
    fn empty(&self) -> io::Result<()> {
        let records = self.records();
        for ending in ["sqlite", "sqlite-wal", "sqlite-shm"] {
            absent(fs::remove_file(records.with_extension(ending)))?;
        }
        absent(fs::remove_file(layout::incomplete(&self.path)))?;
        absent(fs::remove_dir_all(self.objects()))
    }
}

fn absent(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_turned_away_until_the_first_is_gone() {
        let path = tempfile::tempdir().unwrap();
        let first = DataFolder::open(path.path(), false).unwrap();
        let second = DataFolder::open(path.path(), false);
        assert!(
            matches!(second, Err(ServeError::InUse { .. })),
            "{second:?}"
        );
        drop(first);
        assert!(DataFolder::open(path.path(), false).is_ok());
    }

    #[test]
    fn a_reset_removes_what_is_ours_and_nothing_else() {
        let path = tempfile::tempdir().unwrap();
        let ours = ["records.sqlite", "records.sqlite-wal", "incomplete.txt"];
        for name in ours.into_iter().chain(["notes.txt"]) {
            fs::write(path.path().join(name), "x").unwrap();
        }
        fs::create_dir_all(path.path().join("objects/buckets")).unwrap();
        DataFolder::open(path.path(), true).unwrap();
        let left = fs::read_dir(path.path()).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["lock", "notes.txt"]);
    }
}

//! The data folder: one process at a time.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::{ServeError, layout};

/// The mode of folders with what a portal keeps: their owner's alone, whatever the umask is.
#[cfg(unix)]
pub(crate) const PRIVATE: u32 = 0o700;

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
        create(path).map_err(failed)?;
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

    /// Whether other users of the machine can read what lies in it.
    pub(super) fn is_open_to_others(&self) -> bool {
        is_open_to_others(&self.path).unwrap_or(false)
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

/// Makes a folder that only its owner can read, unless it is there; folders above it as usual.
fn create(path: &Path) -> io::Result<()> {
    if let Some(above) = path.parent() {
        fs::create_dir_all(above)?;
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, PRIVATE);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created,
    }
}

/// Whether a group or everybody may list the folder or open what is in it, and reach it by the folders above.
#[cfg(unix)]
fn is_open_to_others(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).map(|found| found.permissions().mode());
    let path = path.canonicalize()?;
    if mode(&path)? & 0o055 == 0 {
        return Ok(false);
    }
    for above in path.ancestors().skip(1) {
        if mode(above)? & 0o011 == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> io::Result<bool> {
    Ok(false)
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

    #[cfg(unix)]
    #[test]
    fn a_new_folder_is_its_owners_alone_and_another_is_left_as_it_is() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let change = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        change(path.path(), 0o755);
        let is_reached = is_open_to_others(path.path()).unwrap();
        let data = path.path().join("above/data");
        let folder = DataFolder::open(&data, false).unwrap();
        assert_eq!(mode(&data), 0o700);
        assert!(!folder.is_open_to_others());
        drop(folder);
        for (changed, is_open) in [(0o755, true), (0o750, true), (0o711, true), (0o700, false)] {
            change(&data, changed);
            let folder = DataFolder::open(&data, false).unwrap();
            assert_eq!(mode(&data), changed);
            let found = folder.is_open_to_others();
            assert_eq!(found, is_open && is_reached, "{changed:o}");
        }
        change(&data, 0o755);
        change(path.path(), 0o700);
        let folder = DataFolder::open(&data, false).unwrap();
        assert!(!folder.is_open_to_others(), "nobody gets there");
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

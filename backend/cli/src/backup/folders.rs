//! The folders that are written: partial ones until everything is in them, and then in their place.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Component, Path, PathBuf},
};

use tempfile::TempDir;

use super::{unreadable, unwritable};
use crate::{failure::Failure, serve::layout};

/// What a new file system has in its first folder.
const OF_THE_DISK: &str = "lost+found";

/// The folder that is worked in before everything is complete: beside the one that it becomes, and gone if it does not.
pub(super) fn partial(target: &Path, output_of: &str) -> Result<TempDir, Failure> {
    let parent = match target.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => {
            return Err(Failure::Refused(format!(
                "{} is no folder that {output_of} can be made as",
                target.display()
            )));
        }
    };
    let name = target.file_name().ok_or_else(|| {
        Failure::Refused(format!(
            "{} has no name that {output_of} can have",
            target.display()
        ))
    })?;
    let mut prefix = name.to_os_string();
    prefix.push(".partial-");
    private(&prefix, parent)
}

/// Gives a complete folder its name.
pub(super) fn finish(partial: TempDir, target: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| unwritable(target, &error);
    fs::rename(partial.path(), target).map_err(failed)?;
    // It has another name now, so there is nothing to remove.
    let _moved = partial.keep();
    let parent = target.parent().filter(|path| !path.as_os_str().is_empty());
    sync(parent.unwrap_or(Path::new("."))).map_err(failed)
}

/// The same in an empty folder that is there, which can be a disk's first one and so has no place beside it. `towpath serve`
/// refuses a folder with such a one in it.
pub(super) fn partial_within(data: &Path) -> Result<TempDir, Failure> {
    private(layout::RESTORING.as_ref(), data)
}

/// Moves everything from a complete folder into the one that it is in, the records last. What was moved is removed again if
/// something else cannot be.
pub(super) fn finish_within(partial: TempDir, data: &Path) -> Result<(), Failure> {
    let mut moved = Vec::new();
    let settled = settle(partial.path(), data, &mut moved)
        .and_then(|()| partial.close())
        .and_then(|()| sync(data));
    settled.map_err(|error| {
        for path in moved {
            let removed = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
            let _left = removed.is_err();
        }
        unwritable(data, &error)
    })
}

fn settle(partial: &Path, data: &Path, moved: &mut Vec<PathBuf>) -> io::Result<()> {
    let records = layout::records(partial);
    let mut found = Vec::new();
    for entry in fs::read_dir(partial)? {
        found.push(entry?.path());
    }
    found.sort_by_key(|path| *path == records);
    for path in found {
        let to = data.join(path.file_name().unwrap_or(OsStr::new("")));
        fs::rename(&path, &to)?;
        moved.push(to);
        sync(data)?;
    }
    Ok(())
}

/// Refuses a data folder that has something in it: nothing that somebody has is replaced. Whether it is there.
pub(super) fn is_there_and_empty(data: &Path) -> Result<bool, Failure> {
    let name = data.display();
    let refused = |why: String| Err(Failure::Refused(why));
    match fs::metadata(data) {
        Ok(found) if !found.is_dir() => refused(format!(
            "{name} is no folder: a backup is restored into a new or an empty one. Name one with --data"
        )),
        Ok(_) => match first_of(data).map_err(|error| unreadable(data, &error))? {
            None => Ok(true),
            Some(left) if left.starts_with(layout::RESTORING) => refused(format!(
                "{name} has {left} in it: another restore goes on there, or broke off. If none goes on, delete everything in {name}, and try again"
            )),
            Some(other) => refused(format!(
                "{name} is not empty, it has {other}: a backup is restored into a new or an empty folder. Name one with --data, or move this one away"
            )),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if data.symlink_metadata().is_err() {
                return Ok(false);
            }
            refused(format!(
                "{name} is a link to a folder that is not there: make that folder, or name another with --data"
            ))
        }
        Err(error) => Err(unreadable(data, &error)),
    }
}

/// The name of something in a folder, of the partial one if there is one.
fn first_of(folder: &Path) -> io::Result<Option<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.retain(|name| name != OF_THE_DISK);
    names.sort_by_key(|name| !name.starts_with(layout::RESTORING));
    Ok(names.into_iter().next())
}

/// Refuses a place for a backup within what is backed up: it would be copied into itself.
pub(super) fn refuse_within(data: &Path, to: &Path) -> Result<(), Failure> {
    let place = resolved(to).map_err(|error| unreadable(to, &error))?;
    for copied in [data.to_owned(), layout::objects(data)] {
        let copied = resolved(&copied).map_err(|error| unreadable(&copied, &error))?;
        if place.starts_with(&copied) {
            return Err(Failure::Refused(format!(
                "{} is in the data folder {}, of which the backup is: name a folder outside of it with --to",
                to.display(),
                data.display()
            )));
        }
    }
    Ok(())
}

/// Where a path leads, links followed as far as it is there.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let mut place = PathBuf::new();
    for part in std::path::absolute(path)?.components() {
        match part {
            Component::ParentDir => {
                place.pop();
            }
            part => place.push(part),
        }
        if let Ok(found) = place.canonicalize() {
            place = found;
        }
    }
    Ok(place)
}

/// A new folder that only its owner can read.
fn private(prefix: &OsStr, within: &Path) -> Result<TempDir, Failure> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(
        crate::serve::PRIVATE,
    ));
    builder
        .tempdir_in(within)
        .map_err(|error| unwritable(within, &error))
}

/// Writes a folder's list of names to the disk.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

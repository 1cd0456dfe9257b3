//! What is looked at before a data folder is served: that it can be written, that no restore into it broke off, that its
//! database is whole, and that its objects have records and its builds files. Nothing of what is found wrong is changed.

use std::{fs, path::Path, time::Duration};

use embedded::{
    dynamodb::{self, Contents, Depth, OfflineTable},
    s3::StoredObjects,
};
use store::table::{BEFORE_BUILDS, objects_of_item};

use super::{ServeError, folder::DataFolder, layout, place};

/// How long the structure of the database is checked, at most. 100 MB take some tenths of a second.
pub(crate) const LOOK: Duration = Duration::from_secs(5);

/// How many bytes have to be free for anything to be recorded.
const FREE: usize = 1 << 20;

/// Refuses a folder that cannot be served as it is.
pub(super) fn check(folder: &DataFolder) -> Result<(), ServeError> {
    has_space(folder.path()).map_err(|source| ServeError::folder(folder.path(), source))?;
    refuse_unfinished(folder)?;
    let records = folder.records();
    let contents = dynamodb::check(&records, Depth::Structure(LOOK));
    let contents =
        contents.map_err(|damage| ServeError::database(&records, folder.path(), damage))?;
    match contents {
        Contents::Items => refuse_builds_alone(folder),
        Contents::Nothing => refuse_objects_alone(folder),
    }
}

/// Files of builds and seals are never there before their records: if they are alone, the records were lost.
fn refuse_objects_alone(folder: &DataFolder) -> Result<(), ServeError> {
    let failed = |source| ServeError::folder(&folder.objects(), source);
    let objects = StoredObjects::of(&folder.objects()).map_err(failed)?;
    for bucket in [place::RELEASES, place::SEALS] {
        if objects.holds_any(bucket).map_err(failed)? {
            return Err(ServeError::NoRecords {
                file: folder.records().display().to_string(),
                folder: folder.path().display().to_string(),
            });
        }
    }
    Ok(())
}

/// Files of builds are there before their records, and stay: where there is none at all, the objects were lost. One look at the
/// bucket, and one at the table if the bucket is empty.
fn refuse_builds_alone(folder: &DataFolder) -> Result<(), ServeError> {
    let failed = |source| ServeError::folder(&folder.objects(), source);
    let objects = StoredObjects::of(&folder.objects()).map_err(failed)?;
    let lacks_files = layout::incomplete(folder.path()).exists();
    if lacks_files || objects.holds_any(place::RELEASES).map_err(failed)? {
        return Ok(());
    }
    let first = OfflineTable::open(&folder.records(), place::TABLE)
        .and_then(|table| table.first_behind(&BEFORE_BUILDS))
        .map_err(|source| ServeError::Embedded {
            what: "DynamoDB",
            source,
        })?;
    // A build that this version does not understand has files, too.
    let has_files = |item: String| objects_of_item(&item).map_or(true, |keys| !keys.is_empty());
    if first.is_some_and(has_files) {
        return Err(ServeError::NoObjects {
            objects: folder.objects().display().to_string(),
            folder: folder.path().display().to_string(),
        });
    }
    Ok(())
}

/// A restore into an empty folder works in a folder below, which goes when everything is in its place.
fn refuse_unfinished(folder: &DataFolder) -> Result<(), ServeError> {
    let failed = |source| ServeError::folder(folder.path(), source);
    for entry in fs::read_dir(folder.path()).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if name.to_string_lossy().starts_with(layout::RESTORING) {
            return Err(ServeError::Unfinished {
                partial: folder.path().join(name).display().to_string(),
                folder: folder.path().display().to_string(),
            });
        }
    }
    Ok(())
}

/// Whether a megabyte can be written into a folder.
pub(crate) fn has_space(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join("probe");
    let written = fs::write(&probe, vec![0; FREE]);
    let removed = fs::remove_file(&probe);
    written.and(removed)
}

//! What is looked at before a data folder is served: that it can be written, that its database is whole, and that its objects
//! have records. Nothing of what is found wrong is changed.

use std::{fs, path::Path, time::Duration};

use embedded::{
    dynamodb::{self, Contents, Depth},
    s3::StoredObjects,
};

use super::{ServeError, folder::DataFolder, place};

/// How long the structure of the database is checked, at most. 100 MB take some tenths of a second.
pub(crate) const LOOK: Duration = Duration::from_secs(5);

/// How many bytes have to be free for anything to be recorded.
const FREE: usize = 1 << 20;

/// Refuses a folder that cannot be served as it is.
pub(super) fn check(folder: &DataFolder) -> Result<(), ServeError> {
    has_space(folder.path()).map_err(|source| ServeError::folder(folder.path(), source))?;
    let records = folder.records();
    let contents = dynamodb::check(&records, Depth::Structure(LOOK));
    let contents =
        contents.map_err(|damage| ServeError::database(&records, folder.path(), damage))?;
    match contents {
        Contents::Items => Ok(()),
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

fn has_space(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join("probe");
    let written = fs::write(&probe, vec![0; FREE]);
    let removed = fs::remove_file(&probe);
    written.and(removed)
}

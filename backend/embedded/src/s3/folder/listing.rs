//! A bucket's keys, in order.
//!
//! The folders are walked anew for every page, and only those that the prefix leads to. That costs time that grows with
//! the keys under the prefix: right for a laptop, whose lists are short.

use std::{fs, path::Path, time::SystemTime};

use s3s::S3Result;

use super::{
    Folder, Object, failed,
    keys::{self, Entry, Place},
};

/// An object, in a list.
pub(crate) struct Listed {
    pub(crate) key: String,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) modified: SystemTime,
}

impl Folder {
    /// The keys of a bucket that start with `prefix`, in the order of their bytes.
    pub(crate) fn keys(&self, bucket: &str, prefix: &str) -> S3Result<Vec<String>> {
        let mut keys = Vec::new();
        walk(&self.bucket(bucket)?, &Place::default(), prefix, &mut keys).map_err(failed)?;
        keys.sort_unstable();
        Ok(keys)
    }

    /// The same for keys that have or had an object.
    pub(crate) fn keys_with_versions(&self, bucket: &str, prefix: &str) -> S3Result<Vec<String>> {
        let mut keys = self.keys(bucket, prefix)?;
        let versions = self.versions_of(bucket);
        walk(&versions, &Place::default(), prefix, &mut keys).map_err(failed)?;
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    /// What a list shows of an object; `None` if it was deleted since.
    pub(crate) fn listed(&self, bucket: &str, key: String) -> S3Result<Option<Listed>> {
        let path = keys::path_of(&self.bucket(bucket)?, &key);
        match Object::open(&path) {
            Ok(object) => Ok(Some(Listed {
                key,
                size: object.record.size,
                etag: object.record.etag,
                modified: object.modified,
            })),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

pub(super) fn walk(
    folder: &Path,
    place: &Place,
    prefix: &str,
    keys: &mut Vec<String>,
) -> std::io::Result<()> {
    let entries = match fs::read_dir(folder) {
        // Its last object was deleted since.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        match name.to_str().and_then(|name| place.enter(name)) {
            Some(Entry::Object(key)) if key.starts_with(prefix) => keys.push(key),
            Some(Entry::Folder(inner)) if inner.leads_to(prefix) => {
                walk(&entry.path(), &inner, prefix, keys)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether any object is below a folder. Ends at the first.
pub(super) fn holds_any(folder: &Path, place: &Place) -> std::io::Result<bool> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let found = match name.to_str().and_then(|name| place.enter(name)) {
            Some(Entry::Object(_)) => true,
            Some(Entry::Folder(inner)) => holds_any(&entry.path(), &inner)?,
            None => false,
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

//! Which entries are files, and under which names they may be kept.

use std::collections::HashMap;

use domain::{id::FileName, text::is_shown};

use super::{Entry, Error};

/// An entry that is a file, with its own name.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// The last part of the path.
    pub name: FileName,
    pub entry: &'a Entry,
}

/// A local header is at least this long, besides the name.
const LOCAL_HEADER: u64 = 30;

pub(super) fn files(entries: &[Entry]) -> Result<Vec<File<'_>>, Error> {
    reject_overlaps(entries)?;
    let mut files = Vec::new();
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for entry in entries {
        check_path(&entry.name)?;
        if entry.is_directory() {
            continue;
        }
        let base = entry.name.rsplit('/').next().unwrap_or(&entry.name);
        let name: FileName = base.parse().map_err(|source| Error::FileName {
            name: entry.name.clone(),
            source,
        })?;
        if let Some(first) = seen.insert(base, &entry.name) {
            return Err(Error::DuplicateName {
                first: first.to_owned(),
                second: entry.name.clone(),
            });
        }
        files.push(File { name, entry });
    }
    Ok(files)
}

fn check_path(name: &str) -> Result<(), Error> {
    let what = if name.is_empty() {
        "is empty"
    } else if name.starts_with('/') || name.as_bytes().get(1) == Some(&b':') {
        "is absolute"
    } else if name.contains('\\') {
        "holds a backslash"
    } else if !name.chars().all(is_shown) {
        "holds a character that is not shown or changes the order of what is"
    } else if name.split('/').any(|part| part == "..") {
        "climbs out of its folder"
    } else {
        return Ok(());
    };
    Err(Error::UnsafePath {
        name: name.chars().take(200).collect(),
        what,
    })
}

/// Every entry owns its bytes: sharing them is how a small zip becomes petabytes.
fn reject_overlaps(entries: &[Entry]) -> Result<(), Error> {
    let mut ordered: Vec<&Entry> = entries.iter().collect();
    ordered.sort_by_key(|entry| entry.header_offset);
    for pair in ordered.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        let length = LOCAL_HEADER + first.name.len() as u64 + first.compressed_size;
        if first.header_offset + length > second.header_offset {
            return Err(Error::Overlap {
                first: first.name.clone(),
                second: second.name.clone(),
            });
        }
    }
    Ok(())
}

//! Which entries are files, and under which names they may be kept.

use std::collections::HashMap;

use domain::{build::ArtifactKind, id::FileName, text::is_shown};

use super::{Entry, Error};

/// An entry that is a file, with its own name.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// The last part of the path. Files of one name that nobody installs have the whole path, with `-` for each `/`.
    pub name: FileName,
    pub entry: &'a Entry,
}

/// A local header is at least this long, besides the name.
const LOCAL_HEADER: u64 = 30;

pub(super) fn files(entries: &[Entry]) -> Result<Vec<File<'_>>, Error> {
    reject_overlaps(entries)?;
    let mut wanted = Vec::new();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for entry in entries {
        check_path(&entry.name)?;
        if entry.is_directory() || is_dropping(&entry.name) {
            continue;
        }
        if entry.symbolic_link {
            return Err(Error::SymbolicLink(entry.name.clone()));
        }
        wanted.push(entry);
        *count.entry(base(&entry.name)).or_default() += 1;
    }
    let mut files: Vec<File<'_>> = Vec::new();
    let mut seen: HashMap<FileName, &str> = HashMap::new();
    for entry in wanted {
        let base = base(&entry.name);
        let name = if count.get(base).is_some_and(|count| *count > 1) {
            name_among_equals(entry)?
        } else {
            parse(entry, base)?
        };
        if let Some(first) = seen.insert(name.clone(), &entry.name) {
            return Err(Error::DuplicateName {
                first: first.to_owned(),
                second: entry.name.clone(),
            });
        }
        files.push(File { name, entry });
    }
    Ok(files)
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What desktops leave in zips is no part of a build.
fn is_dropping(path: &str) -> bool {
    path.starts_with("__MACOSX/") || base(path) == ".DS_Store"
}

/// The name of a file that others have as well. What people install keeps its name, so that two of one name are refused: nobody could
/// tell which is meant. Build tools call files of other kinds alike by design (`output-metadata.json`, `junit.xml`).
fn name_among_equals(entry: &Entry) -> Result<FileName, Error> {
    let name = parse(entry, base(&entry.name))?;
    if ArtifactKind::of(&name).is_program() {
        return Ok(name);
    }
    let parts = entry.name.split('/');
    let parts: Vec<&str> = parts
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    parse(entry, &parts.join("-"))
}

fn parse(entry: &Entry, name: &str) -> Result<FileName, Error> {
    name.parse().map_err(|source| Error::FileName {
        name: entry.name.clone(),
        source,
    })
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
        let length = LOCAL_HEADER + first.name_length + first.compressed_size;
        if first.header_offset + length > second.header_offset {
            return Err(Error::Overlap {
                first: first.name.clone(),
                second: second.name.clone(),
            });
        }
    }
    Ok(())
}

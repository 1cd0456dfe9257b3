//! Which files are meant: packages, those of a folder, and those at an address.

use std::path::{Path, PathBuf};

use packages::source::{LocalFile, ReadAt as _};
use url::Url;

use super::remote::RemoteFile;
use crate::failure::Failure;

/// Folders within folders.
const DEEPEST: usize = 50;

/// Packages of one folder, at the most.
const MOST: usize = 1_000;

/// A file that was found.
pub(super) struct Found {
    /// As it was typed, or the path of it in a folder that was.
    pub(super) name: String,
    pub(super) source: Source,
    /// Whether its name says that it is an App Bundle.
    pub(super) is_bundle: bool,
}

pub(super) enum Source {
    Local(LocalFile),
    Remote(Box<RemoteFile>),
}

impl Found {
    pub(super) fn size(&self) -> u64 {
        match &self.source {
            Source::Local(file) => file.size(),
            Source::Remote(file) => file.size(),
        }
    }
}

/// All files that are meant, in the order in which they were typed.
pub(super) async fn all(what: &[String]) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for name in what {
        let path = Path::new(name);
        if !is_address(name) && path.is_dir() {
            let mut packages = Vec::new();
            walk(path, DEEPEST, &mut packages)?;
            if packages.is_empty() {
                return Err(Failure::NotFound(format!(
                    "{name} holds no .apk and no .aab"
                )));
            }
            packages.sort();
            for package in packages {
                found.push(local(&package)?);
            }
        } else {
            found.push(single(name).await?);
        }
    }
    Ok(found)
}

/// One file.
pub(super) async fn single(name: &str) -> Result<Found, Failure> {
    if !is_address(name) {
        return local(Path::new(name));
    }
    let url: Url = name
        .parse()
        .map_err(|error| Failure::Refused(format!("{name} is no address: {error}")))?;
    Ok(Found {
        name: name.to_owned(),
        is_bundle: has_extension(Path::new(url.path()), "aab"),
        source: Source::Remote(Box::new(RemoteFile::open(&url).await?)),
    })
}

fn is_address(name: &str) -> bool {
    name.starts_with("https://") || name.starts_with("http://")
}

fn local(path: &Path) -> Result<Found, Failure> {
    let name = path.display().to_string();
    // Opening a pipe would wait for somebody who writes into it.
    if path.exists() && !path.is_file() {
        return Err(Failure::Refused(format!("{name} is no file")));
    }
    let file = LocalFile::open(path);
    let file =
        file.map_err(|error| Failure::NotFound(format!("{name} cannot be read: {error}")))?;
    Ok(Found {
        name,
        is_bundle: has_extension(path, "aab"),
        source: Source::Local(file),
    })
}

/// The packages of a folder. Links to folders are not followed, so that it ends.
fn walk(folder: &Path, depth: usize, packages: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unread = |error| Failure::NotFound(format!("{} cannot be read: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let (kind, path) = (entry.file_type().map_err(unread)?, entry.path());
        if kind.is_dir() && depth == 0 {
            let text = format!(
                "{} is too deep: name the folders that you mean",
                path.display()
            );
            return Err(Failure::Refused(text));
        }
        if kind.is_dir() {
            walk(&path, depth - 1, packages)?;
        } else if is_package(&path) && path.is_file() {
            packages.push(path);
        }
        if packages.len() > MOST {
            let folder = folder.display();
            let text =
                format!("{folder} holds more than {MOST} packages: name those that you mean");
            return Err(Failure::Refused(text));
        }
    }
    Ok(())
}

fn is_package(path: &Path) -> bool {
    has_extension(path, "apk") || has_extension(path, "aab")
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    let extension = path.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

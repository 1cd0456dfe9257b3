//! The files of a build on this machine.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use api::uploads::PromisedFile;
use domain::{
    digest::{Digest, Hasher},
    id::FileName,
};

use crate::{failure::Failure, output::Output};

/// A file, and what is promised of it.
pub(super) struct LocalFile {
    pub(super) path: PathBuf,
    pub(super) promise: PromisedFile,
}

/// Reads every file once, for its digest.
pub(super) async fn read_all(
    paths: &[PathBuf],
    output: &Output,
) -> Result<Vec<LocalFile>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let path = path.clone();
        if output.is_watched() {
            output.note(&format!("reading {}", path.display()));
        }
        let read = tokio::task::spawn_blocking(move || read(&path)).await;
        files.push(read.map_err(|error| Failure::failed(&error))??);
    }
    Ok(files)
}

fn read(path: &Path) -> Result<LocalFile, Failure> {
    let name: FileName = path
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.parse().ok())
        .ok_or_else(|| {
            Failure::Refused(format!(
                "{} has no name that a download could have: rename it",
                path.display()
            ))
        })?;
    // A pipe or a device has no length that could be promised, and may never end.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(Failure::Failed(format!(
            "{} cannot be read: it is no ordinary file",
            path.display()
        )));
    }
    let (size, sha256) = digest(path)
        .map_err(|error| Failure::Failed(format!("{} cannot be read: {error}", path.display())))?;
    Ok(LocalFile {
        path: path.to_owned(),
        promise: PromisedFile { name, size, sha256 },
    })
}

fn digest(path: &Path) -> std::io::Result<(u64, Digest)> {
    let mut file = File::open(path)?;
    let (mut hash, mut size) = (Hasher::new(), 0);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, hash.finish()));
        }
        hash.update(&buffer[..read]);
        size += read as u64;
    }
}

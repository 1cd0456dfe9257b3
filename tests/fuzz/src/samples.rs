//! The samples that other folders of the repository hold.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The files of a folder, named from the repository's root, in order.
pub(crate) fn folder(path: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let listed = fs::read_dir(root().join(path)).into_iter().flatten();
    let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path: PathBuf| fs::read(&path).ok().map(|bytes| (path, bytes));
    paths.into_iter().filter_map(read).collect()
}

/// The JSON files of a folder.
pub(crate) fn json(path: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = folder(path);
    files.retain(|(path, _)| path.extension().is_some_and(|ending| ending == "json"));
    files
}

/// The samples of a source.
pub(crate) fn of_source(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    json(&format!("backend/sources/src/{name}/samples"))
}

/// One file; empty if there is none.
pub(crate) fn file(path: &str) -> Vec<u8> {
    fs::read(root().join(path)).unwrap_or_default()
}

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

//! Whether a package holds Flutter, in which mode it was built, and the Dart version of its engine when that costs little.

mod elf;
mod engine;
mod snapshot;

use domain::package::{Flutter, FlutterMode};

use super::Format;
use crate::{
    archive::{Archive, Entry},
    source::ReadAt,
};

const ENGINE: &str = "libflutter.so";

/// What code is compiled to ahead of time.
const COMPILED: &str = "libapp.so";

/// The processor whose code is looked at if there is some for it: most phones have it.
const USUAL_ABI: &str = "arm64-v8a";

const ASSETS: &str = "assets/flutter_assets/";

/// What code is kept in that is compiled on the phone, only when debugging.
const UNCOMPILED: [&str; 3] = [
    "kernel_blob.bin",
    "vm_snapshot_data",
    "isolate_snapshot_data",
];

/// Looks for an engine or its assets.
pub(super) async fn detect<S: ReadAt>(archive: &Archive<S>, format: &Format) -> Option<Flutter> {
    let engine = archive
        .entries()
        .iter()
        .find(|entry| (format.library)(&entry.name).is_some_and(|library| library.file == ENGINE));
    let assets = format.place(ASSETS);
    let mut names = archive.entries().iter().map(|entry| &entry.name);
    if engine.is_none() && !names.any(|name| name.starts_with(&assets)) {
        return None;
    }
    // Best effort by its nature: no version is no problem.
    let dart_version = match engine {
        Some(engine) => engine::dart_version(archive, engine).await.ok().flatten(),
        None => None,
    };
    let mode = mode(archive, format).await;
    Some(Flutter { dart_version, mode })
}

/// The mode, if all that is there tells of the same.
async fn mode<S: ReadAt>(archive: &Archive<S>, format: &Format) -> Option<FlutterMode> {
    let mut uncompiled = UNCOMPILED
        .map(|name| format.place(&format!("{ASSETS}{name}")))
        .into_iter();
    let is_uncompiled = uncompiled.any(|name| archive.find(&name).is_ok());
    match (compiled(archive, format), is_uncompiled) {
        (Some(library), false) => snapshot::mode(archive, library).await.ok().flatten(),
        (None, true) => Some(FlutterMode::Debug),
        (Some(_), true) | (None, false) => None,
    }
}

fn compiled<'a, S: ReadAt>(archive: &'a Archive<S>, format: &Format) -> Option<&'a Entry> {
    let libraries = archive.entries().iter().filter_map(|entry| {
        let library = (format.library)(&entry.name)?;
        (library.file == COMPILED).then_some((library.abi != USUAL_ABI, entry))
    });
    let first = libraries.min_by_key(|(is_unusual, _)| *is_unusual);
    first.map(|(_, entry)| entry)
}

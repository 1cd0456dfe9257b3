//! Native libraries by their places: a folder for each processor.

use std::collections::BTreeSet;

use crate::{archive::Archive, source::ReadAt};

/// The kinds of processors that Android ever ran on are fewer.
const MOST_ABIS: usize = 16;

/// Where a native library lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Library<'a> {
    /// How it is named to people.
    pub(crate) path: &'a str,
    pub(crate) abi: &'a str,
    pub(crate) file: &'a str,
}

impl<'a> Library<'a> {
    /// A file in a folder for a processor: `below` is its path below `lib/`.
    pub(crate) fn below(below: &'a str, path: &'a str) -> Option<Self> {
        let (abi, file) = below.split_once('/')?;
        let is_abi = (1..=32).contains(&abi.len())
            && abi
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        (is_abi && !file.is_empty() && !file.contains('/')).then_some(Self { path, abi, file })
    }
}

/// The processors that a package has native code for.
pub(super) fn abis<S: ReadAt>(
    archive: &Archive<S>,
    library: fn(&str) -> Option<Library<'_>>,
) -> Vec<String> {
    let entries = archive.entries().iter();
    let abis: BTreeSet<&str> = entries
        .filter_map(|entry| library(&entry.name).map(|library| library.abi))
        .collect();
    abis.into_iter()
        .take(MOST_ABIS)
        .map(str::to_owned)
        .collect()
}

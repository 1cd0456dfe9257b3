//! Names of files for which Android opens no package at all, though the rest of it can be read.

use std::collections::HashSet;

use super::Problem;
use crate::{archive::Archive, source::ReadAt};

/// Why Android refuses the names in a package, if it does.
pub(super) fn check<S: ReadAt>(archive: &Archive<S>) -> Option<Problem> {
    let mut names = HashSet::new();
    archive.entries().iter().find_map(|entry| {
        if entry.name.contains('\0') {
            return Some(Problem::Odd(
                "Android refuses it, because a file's name holds a zero byte",
            ));
        }
        (!names.insert(entry.name.as_str())).then_some(Problem::Odd(
            "Android refuses it, because two files have one name",
        ))
    })
}

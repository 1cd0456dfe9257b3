//! Where a value stands: its table, and what messages call that.

use std::ops::Range;

/// A table of the document.
pub(super) struct Section {
    /// What messages call it: `[[apps]]`, `an entry of checks`, `target`.
    pub(super) title: String,
    /// What the JSON Schema calls it; nothing for the document itself.
    pub(super) definition: String,
    pub(super) span: Range<usize>,
    /// The keys that lead to it: `paths.steps`.
    path: String,
    /// How many tables it is in.
    pub(super) depth: usize,
}

/// The key of a table that a value belongs to.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) section: &'a Section,
    pub(super) key: &'a str,
    /// Whether it is an entry of the key's list.
    pub(super) listed: bool,
}

impl Section {
    pub(super) fn open(place: Option<Place<'_>>, definition: &str, span: Range<usize>) -> Self {
        let Some(Place {
            section: outer,
            key,
            listed,
        }) = place
        else {
            return Self {
                title: "this file".to_owned(),
                definition: String::new(),
                span,
                path: String::new(),
                depth: 0,
            };
        };
        let path = match outer.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        // Lists in lists of tables are written in one line.
        let title = match (listed, outer.depth) {
            (true, 0 | 1) => format!("[[{path}]]"),
            (true, _) => format!("an entry of {key}"),
            (false, 0) => format!("[{key}]"),
            (false, _) => key.to_owned(),
        };
        Self {
            title,
            definition: definition.to_owned(),
            span,
            path,
            depth: outer.depth + 1,
        }
    }
}

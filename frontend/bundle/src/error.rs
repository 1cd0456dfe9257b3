//! What can go wrong while assets are built.

use std::{io, path::PathBuf};

/// Why the assets could not be built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A program could not be started.
    #[error("cannot start {program}")]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A program ended badly; it has said why itself.
    #[error("{0} failed")]
    Failed(PathBuf),
    /// The islands' functions could not be bound.
    #[error("cannot bind the islands: {0}")]
    Bind(String),
    /// The islands bring JavaScript of their own, which nobody here copies.
    #[error("the islands bring JavaScript of their own: {}", .0.join(", "))]
    Snippets(Vec<String>),
    /// A file or folder could not be read or written.
    #[error("cannot write or read {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The manifest could not be written as JSON.
    #[error("cannot write the manifest")]
    Manifest(#[source] serde_json::Error),
}

impl Error {
    /// What to make of a failed access to a file.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// An error with all its sources, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

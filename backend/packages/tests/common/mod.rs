//! The sample packages that `make samples` puts into the target folder.

use std::path::PathBuf;

/// The folder of samples.
pub(crate) fn folder() -> PathBuf {
    // Tests run from a binary in <target>/<profile>/deps, wherever the target folder is.
    let binary = std::env::current_exe().unwrap();
    binary.ancestors().nth(3).unwrap().join("samples")
}

/// A sample's path.
pub(crate) fn path(name: &str) -> PathBuf {
    let path = folder().join(name);
    assert!(
        path.exists(),
        "{} is missing: run make samples",
        path.display()
    );
    path
}

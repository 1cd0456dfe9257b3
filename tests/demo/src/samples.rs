//! The sample packages: real APKs that `tests/samples/build` puts into a folder.

use std::path::{Path, PathBuf};

use crate::error::DemoError;

/// The folder with the packages.
#[derive(Clone, Debug)]
pub struct Samples(PathBuf);

impl Samples {
    /// Looks whether every package is there that the play needs.
    pub fn find(
        folder: &Path,
        names: impl IntoIterator<Item = &'static str>,
    ) -> Result<Self, DemoError> {
        let samples = Self(folder.to_owned());
        for name in names {
            let path = samples.path(name);
            if !path.is_file() {
                return Err(DemoError::NoSample(path));
            }
        }
        Ok(samples)
    }

    /// Where a package lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

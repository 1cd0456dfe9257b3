//! Builds and their numbers.

use domain::{build::Build, release::Release};

/// One build with its releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildRecord {
    /// The build.
    pub build: Build,
    /// Its releases in all environments, newest first.
    pub releases: Vec<Release>,
}

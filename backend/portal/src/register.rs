//! Registering builds: what pipelines' jobs and uploads share.
//!
//! A registration is noted as pending before the first byte is written, under a key made of app, run and attempt. Its
//! files go to keys made of their digests, those of a job by way of a staging folder, and one transaction makes the build known.
//! So the same job delivered again finds either the build or what the first try left behind; and retention finds what
//! nobody came back for.
use crate::handle::handle;

mod complete;
mod metadata;
mod pending;
mod place;
pub(crate) mod releases;
mod stage;
mod stored_object;

pub use complete::Facts;
pub use pending::{Begun, Pending};
pub(crate) use place::Incoming;
pub use stage::Staging;
pub use stored_object::StoredObject;

/// The most files that a build holds.
pub const MAX_FILES: usize = 100;

/// The largest file of a build: 4 GiB.
pub const MAX_FILE_SIZE: u64 = 4 << 30;

handle! {
    /// Registering builds.
    pub struct Registrations
}

handle! {
    /// Releases without a promotion.
    pub(crate) struct DirectReleases
}

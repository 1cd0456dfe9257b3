//! Builds.

mod artifacts;
pub(super) mod list;
mod package;
pub(super) mod show;

//! Runs.

mod failure;
pub(super) mod list;
pub(super) mod show;
mod timeline;

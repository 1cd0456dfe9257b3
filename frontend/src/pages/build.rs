//! Builds.

mod artifacts;
pub(super) mod list;
mod package;
mod path;
pub(super) mod promote;
pub(super) mod show;
mod withdraw;

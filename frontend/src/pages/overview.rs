//! The overview.

pub(super) mod show;

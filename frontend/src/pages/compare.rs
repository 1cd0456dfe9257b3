//! What is between two builds.

mod changes;
pub(super) mod choose;
pub(super) mod show;

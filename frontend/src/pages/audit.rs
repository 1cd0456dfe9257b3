//! The audit log.

mod entry;
pub(super) mod list;
pub(super) mod verify;
mod words;

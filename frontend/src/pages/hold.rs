//! Holds.

pub(super) mod list;
pub(super) mod stop;

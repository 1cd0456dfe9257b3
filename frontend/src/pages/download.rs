//! Downloads.

pub(super) mod list;

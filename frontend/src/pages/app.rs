//! Apps.

pub(super) mod show;

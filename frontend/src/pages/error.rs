//! What stands in place of a page that there is not.

pub(super) mod show;

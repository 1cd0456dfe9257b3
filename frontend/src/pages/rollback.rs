//! Going back.

pub(super) mod ask;

//! API tokens.

pub(super) mod list;
pub(super) mod made;
pub(super) mod make;

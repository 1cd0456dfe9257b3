//! Share links, for those who make them.

pub(super) mod list;
pub(super) mod made;
pub(super) mod make;
pub(super) mod words;

//! Promotions.

mod answer;
pub(super) mod list;
pub(super) mod show;
mod timeline;

//! The page that testers get.

mod download;
mod facts;
pub(super) mod show;
pub(super) mod warnings;
mod withdrawn;

//! The page that testers get.

mod download;
mod facts;
pub(super) mod show;
mod warnings;
mod withdrawn;

//! The commands as processes, against a portal that `towpath serve` runs.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod along;
mod audit;
mod backup;
mod bystander;
mod config;
mod damaged;
mod ends;
mod flaky;
mod holds;
mod inspect;
mod latest;
mod link;
mod lists;
mod portal;
mod privacy;
mod push;
mod sign_in;
mod token;
mod usage;
mod workloads;

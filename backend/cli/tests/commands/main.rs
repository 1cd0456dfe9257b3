//! The commands as processes, against a portal that `towpath serve` runs.

mod bystander;
mod config;
mod flaky;
mod latest;
mod lists;
mod portal;
mod push;
mod usage;

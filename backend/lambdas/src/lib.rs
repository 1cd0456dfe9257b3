//! The Lambda functions: three binaries, three trust boundaries, one crate.
//!
//! `web` serves people, `events` records what sources report, `action` does what `CodePipeline`'s jobs ask for. A binary
//! is its `main`; what it does is here, and what the portal does is in the crate `portal`.

pub mod action;
pub mod ambient;
pub mod events;
pub mod logging;
pub mod settings;
pub mod start;
pub mod web;

//! The Lambda functions: one program, seven trust boundaries.
//!
//! `web` serves people, `hooks` and `events` record what sources report, `action` does what `CodePipeline`'s jobs ask for,
//! `register` registers uploads, `unanswered` answers the jobs that `action` left without an answer, `clock` does what is due. The
//! program's `main` picks one of them; what it does is here, and what the portal does is in the crate `portal`.

pub mod action;
pub mod ambient;
pub mod clock;
pub mod events;
pub mod function;
pub mod gateway;
pub mod hooks;
pub mod logging;
pub mod metrics;
pub mod register;
pub mod secret;
pub mod settings;
pub mod start;
pub mod unanswered;
pub mod web;

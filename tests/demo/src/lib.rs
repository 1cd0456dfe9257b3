//! The demonstration behind `make run`: the portal as a child process, the `CodePipeline` simulator in this one, and a
//! play in which real packages go through simulated pipelines into the real portal, and a release manager promotes them.
//! Nothing is written into the portal's table directly.

pub mod error;
pub mod manager;
pub mod outro;
pub mod pipelines;
pub mod play;
pub mod portal;
pub mod samples;
pub mod script;

//! Drives the functions' own binaries, as Lambda does: through the Runtime API, with nothing of theirs in this process.

// Each test file takes what it needs.
#![allow(
    dead_code,
    reason = "shared by tests and examples that each use a part"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

pub(crate) mod artifact;
pub(crate) mod codepipeline;
pub(crate) mod lambda;
pub(crate) mod usage;
pub(crate) mod world;

//! A busy team at random: people, pipelines and the clock use one portal while calls of its table and its objects fail, its
//! processes are killed and its clocks are wrong. What must hold all the same is in [`invariants`].
//!
//! Everything follows from a seed: which step is next, who takes it, what fails, what happens in the middle of it. Time is an
//! argument, so that days pass in a moment. Two things do not follow from it: in which order two operations reach the table that
//! run side by side, and how long a pause before another try is. A seed that fails by one of these may pass the next time.
//!
//! | module | what |
//! |---|---|
//! | `options` | which seeds, how many steps: `make chaos SEEDS=100 STEPS=5000`, `make chaos SEED=7` |
//! | `team` | apps, environments, paths, people |
//! | `operation` | what somebody does, and can do again |
//! | `choose` | what is done next |
//! | `world` | the portal, the clocks, what was acknowledged; a step |
//! | `model` | what was acknowledged, and so must not be lost |
//! | `snapshot` | the whole table and the names of all objects |
//! | `invariants` | what must hold, a subject a file |
//! | `report` | what is printed when a seed fails |
//!
//! A step that fails or is killed is mostly repeated later by the same caller. When all steps are done, nothing fails any more,
//! the clock ticks for some days, and stricter invariants are checked.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it is"
)]

mod choose;
mod inbox;
pub mod invariants;
mod model;
mod operation;
mod options;
mod report;
mod snapshot;
mod team;
mod world;

pub use options::Options;
pub use world::World;

//! The audit log as people use it: reading, taking it away, checking it, sealing it.
use crate::handle::handle;

mod config;
mod export;
mod list;
mod narrow;
mod seal;
mod seals;
mod verify;

pub use export::Part;
pub use list::Excerpt;
pub use seals::read_seals;
pub use verify::verify;

handle! {
    /// The audit log.
    pub struct Audit
}

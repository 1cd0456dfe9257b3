//! What is kept of a person: handing it out, and erasing their name.

mod erase;
mod export;
mod subject;

pub use erase::{Erase, Erasing, Remaining};
pub use export::{Export, ExportOf, KeptView};

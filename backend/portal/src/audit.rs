//! The audit log as people use it: reading, taking it away, checking it, sealing it.

mod config;
mod export;
mod list;
mod narrow;
mod seal;
mod verify;

pub use export::Format;
pub use list::AuditView;
pub use narrow::Narrow;
pub use seal::SealsView;
pub use verify::Verified;

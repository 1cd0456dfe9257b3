//! What people are shown of themselves, of each other's rights and of how this portal is set up.

mod access;
mod configuration;
mod device;
mod me;
mod sessions;

pub use sessions::Asking;

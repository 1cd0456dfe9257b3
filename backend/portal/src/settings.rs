//! What people are shown of themselves, of each other's rights and of how this portal is set up.

mod access;
mod configuration;
mod me;
pub(crate) mod sessions;

pub use access::access;
pub use configuration::configuration;
pub use me::{counts, me};
pub use sessions::Asking;

//! API tokens, by which a program does what its owner may, and no more than it was made for.
//!
//! People make them, and only people: no token begets another. What a token may is decided anew at every request, from its
//! permit and from what its owner may then.

pub mod authenticate;
mod list;
mod make;
mod permit;
mod prove;
mod revoke;

pub(crate) use make::note;
pub use make::{LIFETIME_HOURS, MOST};

use crate::handle::handle;

handle! {
    /// API tokens, and anyone who shows one.
    pub struct Tokens
}

//! API tokens, by which a program does what its owner may, and no more than it was made for.
//!
//! People make them, and only people: no token begets another. What a token may is decided anew at every request, from its
//! permit and from what its owner may then.

mod list;
mod make;
mod permit;
mod prove;
mod revoke;
mod text;

pub(crate) use make::note;
pub use make::{LIFETIME_HOURS, MOST};
pub use text::TokenText;

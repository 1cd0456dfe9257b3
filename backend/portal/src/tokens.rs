//! API tokens, by which a program does what its owner may, and no more than it was made for.

mod prove;
mod text;

pub(crate) use text::TokenText;

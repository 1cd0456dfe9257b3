//! Reads application packages by byte ranges and trusts nothing in them.
//!
//! A package of 100 MB lies in object storage and a portal wants the few hundred bytes that say what it is. So everything
//! here reads through [`source::ReadAt`], never a whole file, and every size, count and offset in a file is a claim that
//! is checked before it is used: anyone who can push a build can craft one.

mod android;
pub mod apk;
pub mod archive;
pub mod bundle;
mod bytes_view;
pub mod source;

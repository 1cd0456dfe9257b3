//! The release portal's types, rules and folds.
//!
//! Nothing here does I/O or reads a clock: time, randomness and configuration are arguments. The crate compiles to
//! WebAssembly, and the frontend shares it.

pub mod access;
pub mod actor;
pub mod android;
pub mod audit;
pub mod build;
pub mod catalog;
pub mod causes;
pub mod compare;
pub mod device;
pub mod digest;
pub mod download;
pub mod duration;
pub mod event;
pub mod fold;
pub mod freeze;
pub mod gate;
pub mod hold;
pub mod id;
pub mod install;
pub mod json;
pub mod known;
pub mod month;
#[cfg(feature = "openapi")]
mod openapi;
pub mod package;
pub mod page;
pub mod path;
pub mod promotion;
pub mod release;
pub mod run;
pub mod sbom;
pub mod share;
pub mod source;
pub mod status;
pub mod text;
pub mod variables;
pub mod view;
pub mod webhook;
pub mod words;
pub mod work;
pub mod workload;

pub use jiff::Timestamp;

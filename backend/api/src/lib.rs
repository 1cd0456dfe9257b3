//! Requests and answers of the HTTP API that are no views of the domain: what the web, the command line and tests share.
//!
//! A module holds what one kind of address takes and gives. With the feature `openapi` the types describe themselves for the
//! OpenAPI document.

pub mod apps;
pub mod audit;
pub mod compare;
pub mod download;
pub mod events;
pub mod holds;
pub mod links;
pub mod privacy;
pub mod problem;
pub mod promotions;
pub mod sessions;
pub mod tokens;
pub mod uploads;

pub use problem::Problem;

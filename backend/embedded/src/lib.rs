//! A DynamoDB and an S3 inside this process, for the laptop and for tests.
//!
//! The store speaks to both through the AWS SDKs, as it speaks to AWS, so that local and deployed differ in an address
//! and in nothing else. Both listen on loopback only, keep what they hold in a folder, and lose nothing that they
//! acknowledged when the process is killed.

mod body;
mod browsers;
pub mod dynamodb;
mod listener;
pub mod s3;
mod server;

pub use body::{RequestBody, STALL};
pub use listener::{Error, Running};

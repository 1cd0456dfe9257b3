//! The use cases over a DynamoDB and an S3 inside this process, with a `CodePipeline` that only listens.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails where it panics"
)]

mod access;
mod confirmed;
mod delivery;
mod download;
mod hostile;
mod links;
mod record;
mod register;
mod retention;
mod tokens;
mod upload;
mod views;
mod world;

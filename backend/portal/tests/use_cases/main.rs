//! The use cases over a DynamoDB and an S3 inside this process, with a `CodePipeline` that only listens.

#![expect(clippy::unwrap_used, reason = "a test fails where it panics")]

mod access;
mod download;
mod healing;
mod links;
mod record;
mod registering;
mod retention;
mod tokens;
mod upload;
mod views;

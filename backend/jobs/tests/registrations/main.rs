//! Jobs that register builds, over a DynamoDB and an S3 inside this process, with a `CodePipeline` that only listens.

#![expect(clippy::unwrap_used, reason = "a test fails where it panics")]

mod confirmed;
mod delivery;
mod hostile;
mod register;

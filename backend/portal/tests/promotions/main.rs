//! Promotions over a DynamoDB inside this process: as people use them, and cut off at every write.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod approvals;
mod audit;
mod automatic;
mod cost;
mod direct;
mod holds;
mod interrupted;
mod largest;
mod matrix;
mod privacy;
mod requests;
mod rollbacks;
mod seals;
mod together;
mod withdrawn;

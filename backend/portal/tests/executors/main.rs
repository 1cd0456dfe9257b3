//! Promotions that pipelines of the `CodePipeline` simulator and other buckets carry out, with all that can go wrong on the
//! way there and back.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod approvals;
mod buckets;
mod cost;
mod ends;
mod foreign;
mod gates;
mod holds;
mod interrupted;
mod rollbacks;
mod silence;
mod starts;

//! The router as clients see it, over a DynamoDB and an S3 inside this process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends"
)]

mod access;
mod answers;
mod bearer;
mod bearers;
mod browser;
mod ci;
mod closing;
mod cost;
mod crossing;
mod daily;
mod document;
mod duplicates;
mod events;
mod failures;
mod forms;
mod gates;
mod guarded;
mod guests;
mod heads;
mod html;
mod issuer;
mod limits;
mod links;
mod lists;
mod noted;
mod offers;
mod origin;
mod packages;
mod pages;
mod patterns;
mod people;
mod privacy;
mod problems;
mod refusals;
mod sessions;
mod settings;
mod sign_in;
mod tokens;
mod two_apps;
mod unsent;
mod uploads;
mod walk;
mod webhooks;
mod withdrawals;
mod workloads;

//! Promotions as stories: given a situation, when somebody asks, then this comes of it.

#![expect(
    clippy::unwrap_used,
    reason = "a story that cannot be told is a failed test"
)]

mod approvals;
mod bad_input;
mod ends;
mod gates;
mod requests;
mod states;
mod transitions;
mod world;

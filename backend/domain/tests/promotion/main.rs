//! Promotions as stories: given a situation, when somebody asks, then this comes of it.

mod bad_input;
mod gates;
mod requests;
mod states;
mod transitions;
mod world;

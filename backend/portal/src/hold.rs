//! Holds: stopping an environment, and taking a build back.
//!
//! A hold is in force from the moment that its write is acknowledged: what starts asks for its absence in the write that
//! starts it.

mod build;
mod environment;

use domain::{
    promotion::WORDS_LIMIT,
    text::{Unwritten, written},
};

use crate::{Error, Result, handle::handle};

/// A reason that says something, and not too much.
fn reason(text: &str) -> Result<String> {
    match written(text, WORDS_LIMIT) {
        Ok(text) => Ok(text.to_owned()),
        Err(Unwritten::Empty) => Err(Error::invalid(
            "reason",
            "say why in a few words: the people whom this stops read it",
        )),
        Err(why) => Err(Error::of_reason(why)),
    }
}

handle! {
    /// Holds on environments, and withdrawn builds.
    pub struct Holds
}

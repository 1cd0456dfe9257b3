//! Events: each is put once, and never changed.

use domain::event::Event;

/// What the source sent, as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw<'a> {
    /// The payload itself, [`Raw::INLINE_LIMIT`] bytes at the most.
    Inline(&'a str),
    /// The key of the object that holds it.
    Object(&'a str),
}

impl Raw<'_> {
    /// How long a payload may be to stand in the event's item, in bytes. A longer one belongs into an object.
    pub const INLINE_LIMIT: usize = 4096;
}

/// Whether an event was heard of before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is new.
    New,
    /// It is known; this is what was stored then, which is what counts.
    Duplicate(Box<Event>),
}

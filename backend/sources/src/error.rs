//! Why a body is no event.

/// Why a body is no event that can be recorded. Each message names what to look at.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// More bytes than its way in carries.
    #[error(
        "the event has {size} bytes; at the most {limit} are accepted, which is the limit of what carries it"
    )]
    TooLarge {
        /// Its bytes.
        size: usize,
        /// The bytes that are accepted.
        limit: usize,
    },
    #[error("the event is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// JSON, but a list, a text, a number …
    #[error("the event is {found}, not a JSON object")]
    NotObject { found: &'static str },
    /// A field without which the event says nothing.
    #[error("the event has no `{field}`")]
    Missing {
        /// Its path, such as `detail.pipeline`.
        field: String,
    },
    /// A field that holds something else than it should.
    #[error("the event's `{field}` is {found:?}, not {expected}")]
    Invalid {
        /// Its path, such as `detail.pipeline`.
        field: String,
        /// The beginning of what it holds.
        found: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// A system that is not in the list of sources.
    #[error("no source reports as {found:?}; known are {known}")]
    NoSuchSource {
        /// What the event's `source` holds.
        found: String,
        /// What it may hold.
        known: String,
    },
}

impl Error {
    pub(crate) fn invalid(field: impl Into<String>, found: &str, expected: &'static str) -> Self {
        Self::Invalid {
            field: field.into(),
            found: found.chars().take(80).collect(),
            expected,
        }
    }
}

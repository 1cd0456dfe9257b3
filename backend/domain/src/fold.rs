//! The total order that makes recording events safe against disorder, repeats and crashes.
//!
//! A projection keeps what the event with the greatest [`OrderKey`] says. A maximum over a total order is commutative,
//! associative and idempotent, so that any order of arrival and any number of repeats ends in the same state.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    event::Event,
    id::{EventId, InvalidId},
};

/// Where an event stands among all events of its run or step.
///
/// The attempt comes first, so that a late ending of the first try cannot overwrite the second; then the source's
/// clock, since some sources reopen an ended run; then rank and severity, since clocks tick in whole seconds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct OrderKey {
    attempt: u32,
    ordinal: u64,
    rank: u8,
    severity: u8,
    event: EventId,
}

/// A text that is not an order key.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not an order key")]
pub struct InvalidOrderKey(String);

impl OrderKey {
    /// The key of an event.
    pub fn of(event: &Event) -> Self {
        Self {
            attempt: event.attempt,
            ordinal: event.ordinal,
            rank: event.status.rank(),
            severity: event.status.severity(),
            event: event.id.clone(),
        }
    }

    /// Which try of the run, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The source's clock in milliseconds since 1970, or its own sequence number.
    pub fn ordinal(&self) -> u64 {
        self.ordinal
    }
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            attempt,
            ordinal,
            rank,
            severity,
            event,
        } = self;
        write!(f, "{attempt:05}#{ordinal:020}#{rank:03}#{severity}#{event}")
    }
}

impl FromStr for OrderKey {
    type Err = InvalidOrderKey;

    fn from_str(text: &str) -> Result<Self, InvalidOrderKey> {
        let invalid = || InvalidOrderKey(text.to_owned());
        let mut parts = text.splitn(5, '#');
        let mut part = || parts.next().ok_or_else(invalid);
        Ok(Self {
            attempt: part()?.parse().map_err(|_| invalid())?,
            ordinal: part()?.parse().map_err(|_| invalid())?,
            rank: part()?.parse().map_err(|_| invalid())?,
            severity: part()?.parse().map_err(|_| invalid())?,
            event: part()?.parse().map_err(|_: InvalidId| invalid())?,
        })
    }
}

impl From<OrderKey> for String {
    fn from(key: OrderKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for OrderKey {
    type Error = InvalidOrderKey;

    fn try_from(text: String) -> Result<Self, InvalidOrderKey> {
        text.parse()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for OrderKey {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::openapi::text_schema(
            "The place of the newest event in the order of events; compare as text",
            None,
        )
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for OrderKey {}

/// A value with the key of the event that said so; of two, the one with the greater key stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Latest<T> {
    /// What was said.
    pub value: T,
    /// By which event.
    pub key: OrderKey,
}

impl<T> Latest<T> {
    /// Of two sayings, the later.
    pub fn join(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(if b.key > a.key { b } else { a }),
            (a, b) => a.or(b),
        }
    }
}

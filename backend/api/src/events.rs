//! What sources report.

use domain::id::EventId;
use serde::{Deserialize, Serialize};

/// What became of a delivery.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivered {
    /// The events that are recorded now, new or not.
    pub events: Vec<EventId>,
    /// How many of them were recorded before.
    pub duplicates: usize,
    /// How many of them are claimed, since no platform confirms what the caller sends: they are shown as claimed, count for no
    /// check, and change nothing of a run that its platform has reported.
    pub claimed: usize,
    /// What is authentic but says nothing that is recorded.
    pub ignored: Vec<IgnoredEvent>,
}

/// Something that is authentic but says nothing that is recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IgnoredEvent {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Why nothing is recorded.
    pub reason: String,
}

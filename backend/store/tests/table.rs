//! The contract of the table: what it promises over any DynamoDB.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

#[path = "table/builds.rs"]
mod builds;
#[path = "table/downloads.rs"]
mod downloads;
#[path = "table/drift.rs"]
mod drift;
#[path = "table/events.rs"]
mod events;
#[path = "table/links.rs"]
mod links;
#[path = "table/lists.rs"]
mod lists;
#[path = "table/people.rs"]
mod people;
#[path = "table/privacy.rs"]
mod privacy;
#[path = "table/promotions.rs"]
mod promotions;
#[path = "table/refusals.rs"]
mod refusals;
#[path = "table/registrations.rs"]
mod registrations;
#[path = "table/releases.rs"]
mod releases;
#[path = "table/restart.rs"]
mod restart;
#[path = "table/runs.rs"]
mod runs;
#[path = "table/sessions.rs"]
mod sessions;
#[path = "table/silence.rs"]
mod silence;

//! The contract of [`store::Objects`], over the embedded S3, or over any other.
//!
//! `TOWPATH_TEST_S3_BUCKET` names a bucket elsewhere: at `TOWPATH_TEST_S3_ENDPOINT` if that is set, at AWS otherwise, with
//! the credentials that the SDK finds. With `TOWPATH_TEST_FAULT` (`throttled`, `answer-lost`) each call of the SDK fails once before it
//! gets through. Tests write below `towpath-test/` and delete what they wrote.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

#[path = "objects/conflicts.rs"]
mod conflicts;
#[path = "objects/durability.rs"]
mod durability;
#[path = "objects/lasting.rs"]
mod lasting;
#[path = "objects/links.rs"]
mod links;
#[path = "objects/parts.rs"]
mod parts;
#[path = "objects/place.rs"]
mod place;
#[path = "objects/reading.rs"]
mod reading;
#[path = "objects/refusals.rs"]
mod refusals;
#[path = "objects/uploads.rs"]
mod uploads;
#[path = "objects/versions.rs"]
mod versions;
#[path = "objects/writing.rs"]
mod writing;

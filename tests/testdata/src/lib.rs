//! The people, apps, times and records that tests are about. It needs the domain alone, so that the domain's own tests compile
//! without the rest of the workspace; all others take it through the test kit, which has each module under the same name.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it is"
)]

pub mod history;
pub mod people;
pub mod records;
pub mod steps;

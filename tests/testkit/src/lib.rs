//! A whole portal inside a test: the real router and use cases over a DynamoDB and an S3 in this process.
//!
//! ```ignore
//! use testkit::{TestPortal, ada, bob, noon, path, prod, to};
//!
//! #[tokio::test]
//! async fn a_lead_approves() {
//!     let test = TestPortal::builder().path(path(|_| {})).start().await;
//!     let build = test.in_preprod(1, noon(0)).await;
//!     let asked = test.portal.promotions().request(&ada(), to(&build, &prod()), noon(1)).await.unwrap();
//!     let approved = test.portal.promotions().approve(&bob(), &asked.promotion.id, &build.digest(), None, noon(2)).await;
//!     assert_eq!(approved.unwrap().state, State::Succeeded);
//!     assert_eq!(test.current(&prod()).await, Some(1));
//! }
//! ```
//!
//! [`TestPortal::new`] is the portal of one local user with two apps, [`TestPortal::signed_in`] the same behind a sign-in. What
//! a test needs beyond that, it says to [`TestPortal::builder`]:
//!
//! | call | then |
//! |---|---|
//! | `.path(path)` | wallet's builds move along that path |
//! | `.config(&config)` | apps, environments, paths and people are those of a `towpath.toml` |
//! | `.oidc()`, `.sign_in(…)` | people sign in; [`TestPortal::cookie`] is the cookie of one who did |
//! | `.jobs()` | answers to `CodePipeline`'s jobs are kept in [`TestPortal::codepipeline`] |
//! | `.simulator()` | a simulated `CodePipeline` runs pipelines that carry promotions out |
//! | `.faults()` | [`TestPortal::faults`] lets writes to the table fail, before or after they took effect |
//! | `.faults_everywhere()` | the same for every call of the table and of the objects |
//! | `.in_memory()` | objects are kept in memory, and no call waits for a disk |
//! | `.seals()` | the audit log is sealed into a bucket |
//! | `.data(folder)` | the table and the objects are what `towpath serve` left in a folder |
//! | `.listen()` | it answers on a loopback address, too |
//!
//! `test.portal` has the use cases and `test.store` what they write; `test.get(…)`, `test.ask(…)` and `test.send(…)` go through
//! the router; `test.meter` counts what the table is asked for. Another portal on the same records is
//! [`TestPortal::another`], another router [`TestPortal::router_with`].
//!
//! People, apps and environments are named in [`people`] and builds made in [`records`]: use those before you make others. A
//! test of a crate below the portal takes only what it needs: [`records`] and [`history`] of `store` and `domain` (the domain's
//! from the crate `testdata`, which needs nothing else), [`functions`] of the functions' program.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it is"
)]

pub mod apk;
mod builder;
mod client;
mod codepipeline;
pub mod faults;
pub mod functions;
mod grid;
pub mod lambda;
pub mod log;
pub mod pipeline;
mod portal;
mod promotions;
pub mod run_events;
pub mod serve;
mod services;
mod sessions;
pub mod transient;
pub mod two_apps;
pub mod usage;
pub mod zip;

pub use builder::Builder;
pub use client::{Answer, event, get, promise, put, register, run, try_to_put};
pub use codepipeline::{
    CodePipeline, JobAnswer, job, job_event, job_is_of, jobs_are_of_account, registering,
};
pub use functions::TOWPATH;
pub use grid::grid;
pub use people::{ada, admin, bob, dev, me, member, preprod, prod, tom, wallet};
pub use portal::TestPortal;
pub use promotions::{registered, sweep, to};
pub use records::{at, machine_time, noon, now};
pub use services::{
    ACCOUNT, ARTIFACTS, BUCKET, JOB_KEYS, PORTAL_KEYS, REGION, Services, TABLE, connect,
};
pub use sessions::{SECRET, sign_in};
pub use steps::{path, step};
/// What an entry of the audit log calls its action.
pub const ACTION: &str = "deed";
pub use testdata::{history, people, records, steps};

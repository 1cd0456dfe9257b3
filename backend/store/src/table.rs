//! The records, in one table.
//!
//! `keys` alone knows how they are laid out; each other file holds the questions about one kind of record.

mod audit;
mod builds;
mod calls;
mod config;
mod current;
mod damage;
mod downloads;
mod events;
mod exported;
mod guesses;
mod handle;
mod holds;
mod item;
mod keys;
mod links;
mod list;
mod meter;
mod names;
mod overview;
mod people;
mod privacy;
mod promotions;
mod registrations;
mod releases;
mod runs;
pub mod schema;
mod seal;
mod sessions;
mod tokens;
mod tries;
mod uploads;
mod withdrawals;

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{Client, types::AttributeValue};

use self::{
    calls::Calls,
    handle::{
        Audit, Builds, Downloads, Events, Holds, Integrity, Links, Lockouts, People, Promotions,
        Releases, Runs, Sessions, Tokens,
    },
};

pub use audit::{AuditPlace, AuditSpan, FoundEntries, FoundEntry};
pub use builds::{BuildRecord, SomeBuilds};
pub use current::Served;
pub use damage::{Damage, PartlyRead, Verification};
pub use events::{Raw, Recorded};
pub use exported::{BEFORE_BUILDS, objects_of_item};
pub use guesses::Guesses;
pub use keys::registration_id;
pub use links::{LinkRecord, PasswordRecord, Tap, Tapped};
pub use meter::{Meter, Reading};
pub use overview::{OverviewRecord, Withdrawn};
pub use people::PersonRecord;
pub use privacy::{Changed, KeptRecord, Part, Subject, begins_a_part};
pub use promotions::{
    Copying, CopyingFile, Obstacle, Overtaken, PromotionRecord, Requested, Step, Stepped,
};
pub use registrations::{Completed, PendingRegistration, Registration};
pub use releases::{Along, ListedRelease, Released};
pub use runs::{JoinedStep, RunOfCommit, RunRecord};
pub use seal::NewestSeal;
pub use sessions::SessionRecord;
pub use tokens::{RevokedToken, TokenMade, TokenRecord};
pub use uploads::{Registering, Upload, UploadFile, Waiting};
pub use withdrawals::{StillHeld, Unsettled};

use domain::id::{AppId, EnvironmentId};

use crate::{
    drift::ClockDrift,
    settings::{quota, retries, timeouts},
};

/// An item's attributes by name.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Which runs to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunList<'a> {
    /// Those of one app, or those that no app claims.
    pub app: Option<&'a AppId>,
    /// Only those that failed.
    pub failed: bool,
}

/// What a pipeline feeds; `None` for one that no app claims.
pub type FeedRef<'a> = Option<(&'a AppId, &'a EnvironmentId)>;

/// The table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    calls: Calls,
}

impl Table {
    /// The table of that name.
    pub(crate) fn connect(config: &SdkConfig, name: &str, endpoint: Option<&str>) -> Self {
        let mut builder = aws_sdk_dynamodb::config::Builder::from(config)
            .retry_config(retries())
            .retry_partition(quota("table"))
            .interceptor(ClockDrift::of("DynamoDB"))
            .timeout_config(timeouts(Duration::from_secs(5), Duration::from_secs(20)));
        if let Some(endpoint) = endpoint {
            builder = builder.endpoint_url(endpoint);
        }
        Self {
            name: name.to_owned(),
            calls: Calls::new(Client::from_conf(builder.build()), name),
        }
    }

    /// The same table, with every call's cost added to `meter`.
    #[must_use]
    pub fn with_meter(&self, meter: Arc<Meter>) -> Self {
        Self {
            name: self.name.clone(),
            calls: self.calls.with_meter(meter),
        }
    }

    /// Runs of pipelines, their steps, and the overview.
    pub const fn runs(&self) -> Runs<'_> {
        Runs::of(self)
    }

    /// Events of sources.
    pub const fn events(&self) -> Events<'_> {
        Events::of(self)
    }

    /// Builds, their registrations and uploads.
    pub const fn builds(&self) -> Builds<'_> {
        Builds::of(self)
    }

    /// What environments serve and served, and withdrawals.
    pub const fn releases(&self) -> Releases<'_> {
        Releases::of(self)
    }

    /// Downloads, and how many there were in a day.
    pub const fn downloads(&self) -> Downloads<'_> {
        Downloads::of(self)
    }

    /// Share links.
    pub const fn links(&self) -> Links<'_> {
        Links::of(self)
    }

    /// Wrong guesses at secrets.
    pub const fn lockouts(&self) -> Lockouts<'_> {
        Lockouts::of(self)
    }

    /// API tokens.
    pub const fn tokens(&self) -> Tokens<'_> {
        Tokens::of(self)
    }

    /// Where people are signed in.
    pub const fn sessions(&self) -> Sessions<'_> {
        Sessions::of(self)
    }

    /// People, their names beside the audit log, and what is kept of them.
    pub const fn people(&self) -> People<'_> {
        People::of(self)
    }

    /// Holds on environments and on automatic promotion.
    pub const fn holds(&self) -> Holds<'_> {
        Holds::of(self)
    }

    pub const fn promotions(&self) -> Promotions<'_> {
        Promotions::of(self)
    }

    /// The audit log, its seals, and the configuration that was last noted.
    pub const fn audit(&self) -> Audit<'_> {
        Audit::of(self)
    }

    /// Objects that are damaged, and looking for them.
    pub const fn integrity(&self) -> Integrity<'_> {
        Integrity::of(self)
    }
}

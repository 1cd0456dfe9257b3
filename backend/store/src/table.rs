//! The records, in one table.
//!
//! `keys` alone knows how they are laid out; each other file holds the questions about one kind of record.

mod audit;
mod builds;
mod calls;
mod config;
mod current;
mod downloads;
mod events;
mod guesses;
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
mod schema;
mod seal;
mod sessions;
mod tokens;
mod tries;
mod uploads;
mod withdrawals;

use std::{collections::HashMap, sync::Arc};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{Client, types::AttributeValue};

pub use audit::{AuditPlace, AuditSpan, FoundEntries, FoundEntry};
pub use builds::{BuildRecord, SomeBuilds};
pub use current::Served;
pub use events::{Raw, Recorded};
pub use guesses::Guesses;
pub use keys::registration_id;
pub use links::{LinkRecord, PasswordRecord, Tap, Tapped};
pub use meter::{Meter, Reading};
pub use overview::{OverviewRecord, Withdrawn};
pub use people::PersonRecord;
pub use privacy::{Changed, KeptRecord, Part, Subject};
pub use promotions::{Obstacle, Overtaken, PromotionRecord, Requested, Step, Stepped};
pub use registrations::{Completed, PendingRegistration, Registration};
pub use releases::{Along, ListedRelease, Released};
pub use runs::{JoinedStep, RunOfCommit, RunRecord};
pub use seal::NewestSeal;
pub use sessions::SessionRecord;
pub use tokens::{RevokedToken, TokenMade, TokenRecord};
pub use uploads::{Upload, UploadFile};
pub use withdrawals::{StillHeld, Unsettled};

use domain::id::{AppId, EnvironmentId};

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
    client: Client,
    name: String,
    meter: Option<Arc<Meter>>,
}

impl Table {
    /// The table of that name.
    pub(crate) fn connect(config: &SdkConfig, name: &str, endpoint: Option<&str>) -> Self {
        let mut builder = aws_sdk_dynamodb::config::Builder::from(config);
        if let Some(endpoint) = endpoint {
            builder = builder.endpoint_url(endpoint);
        }
        Self {
            client: Client::from_conf(builder.build()),
            name: name.to_owned(),
            meter: None,
        }
    }

    /// The same table, with every call's cost added to `meter`.
    #[must_use]
    pub fn with_meter(&self, meter: Arc<Meter>) -> Self {
        Self {
            meter: Some(meter),
            ..self.clone()
        }
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

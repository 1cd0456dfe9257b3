//! The use cases.
//!
//! Every front door (the web, the event queue, `CodePipeline`'s jobs, the local portal) calls a method of [`Portal`].
//! Each method asks [`Portal::authorise`] first, so that no door can forget to.

use std::{fmt, sync::Arc};

use domain::{
    access::Grant,
    catalog::{App, Catalog, Environment},
    digest::Digest,
    download::DailyLimits,
    id::{AppId, EnvironmentId},
};
use store::{Objects, Store};
use targets::codepipeline::Jobs;
use url::Url;

pub mod access;
pub mod audit;
pub mod authenticate;
pub mod compare;
pub mod download;
pub mod due;
mod entropy;
pub mod error;
pub mod hold;
pub mod hooks;
pub mod jobs;
pub mod links;
pub mod lockout;
mod object_keys;
pub mod privacy;
pub mod promotion;
pub mod record;
pub mod register;
mod releases;
pub mod retention;
pub mod settings;
pub mod tokens;
pub mod uploads;
mod variables;
pub mod views;
pub mod who;

pub use error::{Error, Result};
pub use object_keys::written_once;

/// The release portal: its records, its objects, and what it has been told of the team's apps.
#[derive(Clone)]
pub struct Portal {
    parts: Arc<Parts>,
    people: Arc<promotion::KnownPeople>,
}

/// What a portal is made of.
pub struct Parts {
    /// The table and the objects.
    pub store: Store,
    /// Apps, environments, and which pipeline feeds what.
    pub catalog: Catalog,
    /// Who has which role, and where.
    pub grants: Vec<Grant>,
    /// How much is given out in a day.
    pub limits: DailyLimits,
    /// How to answer `CodePipeline`'s jobs; only who runs jobs needs it.
    pub jobs: Option<Jobs>,
    /// The AWS region that the portal runs in, and so the pipelines that call it.
    pub region: String,
    /// How to have promotions carried out.
    pub carriers: promotion::Carriers,
    /// The address that people open, for links in answers.
    pub public_url: Option<Url>,
    /// The environment that this deployment is of, where it is one.
    pub home: Option<EnvironmentId>,
    /// SHA-256 of the configuration, so that a change of it is noted.
    pub config_digest: Option<Digest>,
    /// Where the audit log's seals are kept: a bucket that nobody can overwrite or delete in.
    pub seals: Option<Objects>,
    /// Ten random bytes: what makes identifiers impossible to guess.
    pub entropy: fn() -> [u8; 10],
}

impl Portal {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            people: Arc::default(),
        }
    }

    /// Apps, environments, and which pipeline feeds what.
    pub fn catalog(&self) -> &Catalog {
        &self.parts.catalog
    }

    /// The address that people open.
    pub fn public_url(&self) -> Option<&Url> {
        self.parts.public_url.as_ref()
    }

    pub(crate) fn limits(&self) -> &DailyLimits {
        &self.parts.limits
    }

    fn store(&self) -> &Store {
        &self.parts.store
    }

    fn known_app(&self, id: &AppId) -> Result<&App> {
        self.catalog()
            .app(id)
            .ok_or_else(|| Error::not_found(format!("app {id}")))
    }

    fn known_environment(&self, id: &EnvironmentId) -> Result<&Environment> {
        self.catalog()
            .environment(id)
            .ok_or_else(|| Error::not_found(format!("environment {id}")))
    }
}

impl fmt::Debug for Portal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Portal")
            .field("apps", &self.catalog().apps.len())
            .field("public_url", &self.parts.public_url)
            .finish_non_exhaustive()
    }
}

//! The use cases.
//!
//! Every entry point (the web, the event queue, jobs of CodePipeline, the local portal) calls a method of a handle, such as
//! [`Portal::promotions`]. Each method asks [`Portal::authorise`] first, so that no entry point can forget to. What jobs of
//! CodePipeline do in several steps is a value that only who may do it gets: [`promotion::PipelineRun`], [`register::Pending`].

use std::{fmt, sync::Arc};

use domain::{
    access::Grant, catalog::Catalog, digest::Digest, download::DailyLimits, id::EnvironmentId,
};
use store::{Objects, Store, Table};
use url::Url;

use crate::{
    audit::Audit,
    background::Background,
    download::Downloads,
    events::Events,
    hold::Holds,
    ids::Ids,
    links::Links,
    privacy::Privacy,
    promotion::Promotions,
    settings::sessions::Sessions,
    tokens::Tokens,
    uploads::Uploads,
    views::{Builds, Runs},
};

pub mod access;
pub mod audit;
pub mod background;
pub mod download;
pub mod error;
pub mod events;
mod handle;
pub mod hold;
mod ids;
mod integrity;
mod known;
pub mod links;
pub mod lockout;
pub mod privacy;
pub mod promotion;
pub mod register;
pub mod retention;
pub mod scheduled;
pub mod settings;
pub mod tokens;
pub mod uploads;
pub mod views;

pub use error::{Error, Result};

/// The release portal: its records, its objects, and what it has been told of the team's apps.
#[derive(Clone)]
pub struct Portal {
    pub(crate) table: Table,
    pub(crate) objects: Objects,
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
    /// What registers uploads. Only who takes them, and the clock, need it.
    pub background: Option<Arc<dyn Background>>,
    /// The AWS region that the portal runs in, and so the pipelines that call it.
    pub region: String,
    /// How to have promotions carried out.
    pub executors: promotion::Executors,
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

/// Where in AWS a portal runs, and so the pipelines of which that is not said.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    pub account: Option<&'p str>,
    pub region: &'p str,
}

impl Portal {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self {
            table: parts.store.table.clone(),
            objects: parts.store.objects.clone(),
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

    /// Where in AWS it runs.
    pub fn place(&self) -> Place<'_> {
        Place {
            account: self.parts.executors.account.as_deref(),
            region: &self.parts.region,
        }
    }

    /// Asking for promotions, answering them, having them carried out.
    pub fn promotions(&self) -> Promotions<'_> {
        Promotions::of(self)
    }

    /// Builds, and what environments serve of them.
    pub fn builds(&self) -> Builds<'_> {
        Builds::of(self)
    }

    /// Runs of pipelines, and the overview.
    pub fn runs(&self) -> Runs<'_> {
        Runs::of(self)
    }

    /// What sources report.
    pub fn events(&self) -> Events<'_> {
        Events::of(self)
    }

    /// Links to bytes.
    pub fn downloads(&self) -> Downloads<'_> {
        Downloads::of(self)
    }

    /// Uploads of files.
    pub fn uploads(&self) -> Uploads<'_> {
        Uploads::of(self)
    }

    /// Share links.
    pub fn links(&self) -> Links<'_> {
        Links::of(self)
    }

    /// API tokens, and anyone who shows one.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens::of(self)
    }

    /// Where people are signed in.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions::of(self)
    }

    /// Holds on environments, and withdrawn builds.
    pub fn holds(&self) -> Holds<'_> {
        Holds::of(self)
    }

    /// What is kept of people.
    pub fn privacy(&self) -> Privacy<'_> {
        Privacy::of(self)
    }

    /// The audit log.
    pub fn audit(&self) -> Audit<'_> {
        Audit::of(self)
    }

    /// New identifiers, and random bytes.
    pub fn ids(&self) -> Ids<'_> {
        Ids::of(self)
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

//! What every function does before its first request.

use portal::{Parts, Portal};
use store::Store;
use targets::codepipeline::Jobs;

use crate::{
    ambient,
    function::{Function, UnknownHandler},
    logging,
    settings::{Error, Settings},
};

/// Starts logging, and asks Lambda which function this is.
pub fn function() -> Result<Function, UnknownHandler> {
    logging::start(ambient::variable("TOWPATH_LOG").as_deref());
    let handler = ambient::variable("_HANDLER").unwrap_or_default();
    handler.parse().inspect_err(|error| cannot_start(error))
}

/// Reads the settings.
pub fn settings() -> Result<Settings, Error> {
    Settings::read(ambient::variable).inspect_err(|error| cannot_start(error))
}

fn cannot_start(error: &dyn std::error::Error) {
    tracing::error!(
        error = portal::error::chain(error),
        "the function cannot start"
    );
}

/// A portal that answers no jobs.
pub async fn portal(settings: &Settings) -> Portal {
    connect(settings, None).await
}

/// A portal that answers `CodePipeline`'s jobs.
pub async fn portal_with_jobs(settings: &Settings) -> Portal {
    let endpoint = settings.codepipeline_endpoint.as_deref();
    let jobs = Jobs::connect(endpoint, &settings.store.region).await;
    connect(settings, Some(jobs)).await
}

async fn connect(settings: &Settings, jobs: Option<Jobs>) -> Portal {
    let public_url = settings
        .public_url
        .clone()
        .or_else(|| settings.config.public_url.clone());
    let store = Store::connect(&settings.store).await;
    let seals = settings.audit_bucket.as_deref();
    Portal::new(Parts {
        seals: seals.map(|bucket| store.objects.in_bucket(bucket)),
        store,
        catalog: settings.config.catalog(),
        grants: settings.config.grants(),
        jobs,
        region: settings.store.region.clone(),
        public_url,
        home: settings.home.clone(),
        config_digest: Some(settings.config_digest),
        entropy: ambient::entropy,
    })
}

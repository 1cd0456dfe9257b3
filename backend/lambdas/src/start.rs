//! What every function does before its first request.

use std::sync::Arc;

use portal::{Parts, Portal, background::Background, promotion::Executors};
use store::Store;
use targets::{
    Roles,
    codepipeline::{Jobs, Pipelines},
};

use crate::{
    ambient,
    function::{Function, UnknownHandler},
    logging,
    register::Registrar,
    settings::{Error, Settings},
    unanswered,
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

/// Reads the settings of `unanswered`, which needs hardly any.
pub fn unanswered_settings() -> Result<unanswered::Settings, Error> {
    unanswered::Settings::read(ambient::variable).inspect_err(|error| cannot_start(error))
}

fn cannot_start(error: &dyn std::error::Error) {
    tracing::error!(
        error = domain::causes::chain(error),
        "the function cannot start"
    );
}

/// A portal that calls nobody to have promotions carried out: the clock's does.
pub async fn portal(settings: &Settings) -> Portal {
    connect(settings, None, delegating(settings)).await
}

/// A portal that has pipelines carry promotions out. What takes longer than a request may take, it leaves to the clock.
pub async fn portal_with_pipelines(settings: &Settings) -> Portal {
    let executors = Executors {
        pipelines: Some(pipelines(settings).await),
        ..delegating(settings)
    };
    connect(settings, registrar(settings), executors).await
}

/// A portal that has every promotion carried out.
pub async fn portal_with_executors(settings: &Settings) -> Portal {
    let executors = Executors {
        pipelines: Some(pipelines(settings).await),
        account: settings.account.clone(),
        buckets: Some(Roles::connect(&settings.store.region).await),
        ..Executors::default()
    };
    connect(settings, registrar(settings), executors).await
}

/// What answers `CodePipeline`'s jobs.
pub async fn jobs(settings: &Settings) -> Jobs {
    let endpoint = settings.codepipeline_endpoint.as_deref();
    let elsewhere = settings.jobs_role.as_ref();
    Jobs::connect(endpoint, &settings.store.region, elsewhere).await
}

async fn pipelines(settings: &Settings) -> Pipelines {
    let endpoint = settings.codepipeline_endpoint.as_deref();
    let role = settings.pipelines_role.clone();
    Pipelines::connect(endpoint, &settings.store.region, role).await
}

fn delegating(settings: &Settings) -> Executors {
    Executors {
        account: settings.account.clone(),
        delegate_to_clock: true,
        ..Executors::default()
    }
}

fn registrar(settings: &Settings) -> Option<Arc<dyn Background>> {
    let function = settings.register_function.clone()?;
    let region = settings.store.region.clone();
    Some(Arc::new(Registrar::new(function, region)))
}

async fn connect(
    settings: &Settings,
    background: Option<Arc<dyn Background>>,
    executors: Executors,
) -> Portal {
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
        limits: settings.config.downloads,
        background,
        executors,
        region: settings.store.region.clone(),
        public_url,
        home: settings.home.clone(),
        config_digest: Some(settings.config_digest),
        entropy: ambient::entropy,
    })
}

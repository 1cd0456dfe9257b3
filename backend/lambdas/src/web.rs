//! The pages and the API, behind API Gateway.

use std::{path::Path, sync::Arc};

use axum::Router;
use portal::{
    Portal,
    http::{Assets, AssetsError, Door, Front, OriginKey},
    machines::Machines,
    sign_in::{GivenSecret, SecretSource, SignIn},
};

use crate::{ambient, secret::SecretsManager, settings};

/// What `web` serves: what the local portal serves, unchanged. `site` is the folder of the pages' assets; without it, pages
/// lack nothing but movement.
pub fn router(
    portal: Portal,
    site: Option<&Path>,
    door: SignIn,
    machines: Machines,
    origin_key: Option<OriginKey>,
) -> Result<Router, AssetsError> {
    let assets = site.map_or_else(|| Ok(Assets::built_in()), Assets::load)?;
    Ok(portal::http::router(Front {
        portal,
        assets,
        clock: ambient::now,
        door: Door::SignIn(door),
        machines,
        origin_key,
    }))
}

/// How people come in. Neither issuer nor secret is asked before somebody does.
pub fn door(told: &settings::SignIn, region: &str) -> SignIn {
    let secret: Arc<dyn SecretSource> = if told.secret.starts_with('{') {
        Arc::new(GivenSecret(told.secret.clone()))
    } else {
        Arc::new(SecretsManager::new(
            told.secret.clone(),
            region.to_owned(),
            told.secrets_endpoint.clone(),
        ))
    };
    SignIn::new(told.issuer.clone(), secret)
}

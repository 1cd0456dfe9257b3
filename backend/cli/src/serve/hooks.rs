//! Webhooks on a laptop: the deployed portal's own router, with the secrets of the endpoints from a file.

use std::{error::Error, path::PathBuf, sync::Arc};

use axum::Router;
use futures::future::BoxFuture;
use identity::{
    sign_in::SecretSource,
    webhook::{Endpoints, Webhooks},
};
use portal::Portal;
use web::WebhookState;

use super::{ServeError, ambient};

/// A file with the secrets, read again every few minutes, so that a rotation needs no restart.
struct SecretFile(PathBuf);

impl SecretSource for SecretFile {
    fn fetch(&self) -> BoxFuture<'_, Result<String, Box<dyn Error + Send + Sync>>> {
        Box::pin(async { Ok(tokio::fs::read_to_string(&self.0).await?) })
    }
}

/// The router of webhooks; without a file, it answers nothing.
pub(super) fn router(portal: Portal, file: Option<PathBuf>) -> Result<Router, ServeError> {
    let Some(file) = file else {
        return Ok(Router::new());
    };
    let path = file.display().to_string();
    let text = std::fs::read_to_string(&file).map_err(|source| ServeError::NoHooksSecrets {
        path: path.clone(),
        source,
    })?;
    Endpoints::parse(&text).map_err(|source| ServeError::HooksSecrets { path, source })?;
    Ok(web::webhooks(WebhookState {
        portal,
        webhooks: Webhooks::new(Arc::new(SecretFile(file))),
        clock: ambient::now,
        origin_key: None,
    }))
}

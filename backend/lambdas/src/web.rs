//! The pages and the API, behind API Gateway.

use std::path::Path;

use axum::Router;
use portal::{
    Portal,
    http::{Assets, AssetsError, Front},
};

use crate::ambient;

/// What `web` serves: what the local portal serves, unchanged. `site` is the folder of the pages' assets; without it, pages
/// lack nothing but movement.
pub fn router(portal: Portal, site: Option<&Path>) -> Result<Router, AssetsError> {
    let assets = site.map_or_else(|| Ok(Assets::built_in()), Assets::load)?;
    Ok(portal::http::router(Front {
        portal,
        assets,
        clock: ambient::now,
        local: false,
    }))
}

//! HTTP: the router of pages and the API, its middleware, and the router of webhooks.
//!
//! The folders mirror the addresses: `v1/builds.rs` answers below `/api/v1/builds`, `pages/app.rs` at `/{app}`. A handler reads the request, asks a use case and gives its answer a form; what went wrong becomes a
//! [`problem::Problem`] in one place, which is JSON below `/api` and a page elsewhere.

mod addresses;
mod assets;
mod cookies;
mod endpoints;
mod extract;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod headers;
mod healthz;
mod middleware;
mod openapi;
mod pages;
mod problem;
mod redirect;
mod state;
mod tap;
mod v1;
mod webhooks;

use std::sync::Arc;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::middleware::{
    access_log, bearer, csrf, edge, failures, head_size, security_headers, session,
};

pub use assets::{Assets, AssetsError};
pub use endpoints::endpoints;
pub use middleware::edge::{InvalidOriginKey, OriginKey};
pub use problem::Problem;
pub use state::{AppState, AuthMode};
pub use tap::{Tap, tap};
pub use webhooks::{WebhookState, webhooks, webhooks_alone};

/// The most bytes of a request: an array of events, or an upload's promise.
const BODY_LIMIT: usize = 4 << 20;

/// The router of pages and the API.
pub fn router(state: AppState) -> Router {
    let origin_key = state.origin_key.clone();
    let state = Arc::new(state);
    let registered: Arc<session::Registered> = Arc::default();
    let router = Router::new()
        .merge(v1::routes())
        .merge(openapi::routes())
        .merge(pages::routes())
        .merge(healthz::routes())
        .fallback(failures::not_found)
        .layer(from_fn_with_state(state.clone(), pages::resume::keep))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(failures::panicked))
        .layer(from_fn_with_state(state.clone(), csrf::check))
        .layer(from_fn_with_state(state.clone(), failures::render))
        .layer(from_fn_with_state(
            (state.clone(), registered),
            session::session,
        ))
        .layer(from_fn_with_state(state.clone(), bearer::authenticate))
        .layer(from_fn(head_size::check))
        .layer(CompressionLayer::new().gzip(true))
        // For the middleware above; the inner one gives the failure of a handler the form that the caller can read.
        .layer(CatchPanicLayer::custom(failures::panicked))
        .layer(from_fn_with_state(state.clone(), security_headers::add))
        .layer(from_fn_with_state(state.clone(), access_log::log))
        .with_state(state);
    edge::around(router, origin_key)
}

/// The API's description, as `/api/openapi.json` serves it.
pub fn openapi() -> OpenApi {
    let described = OpenApiRouter::with_openapi(openapi::Api::document()).merge(v1::documented());
    openapi::complete(described.into_openapi())
}

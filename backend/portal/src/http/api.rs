//! The API for programs.

mod v1;
mod who;

use std::sync::Arc;

use axum::Router;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{Front, openapi::Api};

pub(super) fn routes() -> Router<Arc<Front>> {
    v1::routes()
}

/// The description of these routes.
pub(super) fn document() -> OpenApi {
    OpenApiRouter::with_openapi(Api::document())
        .merge(v1::documented())
        .into_openapi()
}

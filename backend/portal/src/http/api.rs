//! The API for programs.

mod v1;
mod who;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use super::{Front, openapi::Api};

pub(super) fn routes() -> OpenApiRouter<Arc<Front>> {
    OpenApiRouter::with_openapi(Api::document()).merge(v1::routes())
}

//! Whether the portal is up.

use std::sync::Arc;

use axum::{Router, http::header, routing::get};

use super::Front;

pub(super) fn routes() -> Router<Arc<Front>> {
    Router::new().route(
        "/healthz",
        get(async || ([(header::CACHE_CONTROL, "no-store")], "ok\n")),
    )
}

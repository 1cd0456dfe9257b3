//! Whether the portal is up.

use std::sync::Arc;

use axum::{Router, http::header, routing::get};

use crate::state::AppState;

pub(crate) fn routes() -> Router<Arc<AppState>> {
    Router::new().route(
        "/healthz",
        get(async || ([(header::CACHE_CONTROL, "no-store")], "ok\n")),
    )
}

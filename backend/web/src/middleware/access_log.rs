//! The access log: gives every request an id, and logs what became of it.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

use crate::{headers::text, middleware::edge, state::AppState};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an identity, for the log and for the answer, and logs the client's address. Neither holds a query or a link, nor a share link's secret.
pub(crate) async fn log(
    State(state): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let given = text(request.headers(), &REQUEST_ID).filter(|id| is_plain(id));
    let id = given.map_or_else(|| state.portal.ids().unique(), str::to_owned);
    let client = edge::client(request.extensions());
    let span = tracing::info_span!("request", id, method = %request.method(), path = redacted(request.uri().path()));
    async {
        let start = Instant::now();
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        tracing::info!(
            status,
            client,
            ms = start.elapsed().as_secs_f64() * 1000.0,
            "answered"
        );
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}

/// A path as logs and answers may have it: that of a share link is a secret.
pub(crate) fn redacted(path: &str) -> &str {
    if is_share(path) { "/share/…" } else { path }
}

/// Whether an address may be that of a share link, or was meant to be.
pub(crate) fn is_share(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    path.get(..6)
        .is_some_and(|start| start.eq_ignore_ascii_case("share/"))
}

fn is_plain(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

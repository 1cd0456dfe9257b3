//! Security headers: what a browser may do with an answer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::{headers::is_secure, middleware::access_log, state::AppState};

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same, for a page with a form whose answer leads to that origin.
pub(crate) fn policy_with_forms_to(origin: &str) -> String {
    POLICY.replace(
        "form-action 'self'",
        &format!("form-action 'self' {origin}"),
    )
}

/// Headers of every answer below a share link's address, which is a secret: nothing keeps it, passes it on or lists it.
const SECRET: [(HeaderName, &str); 3] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("x-robots-tag"),
        "noindex, nofollow, noarchive",
    ),
];

/// Headers of every answer.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Nothing is kept anywhere, unless its handler says that it may be.
    (header::CACHE_CONTROL, "no-store"),
    // For browsers that do not know the policy's frame-ancestors.
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// For a year after this answer, the browser asks over https only.
const SECURE: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");

/// Adds what every answer says to browsers.
pub(crate) async fn add(
    State(state): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let secure = is_secure(&state, request.headers());
    let share = access_log::is_share(request.uri().path());
    let mut response = next.run(request).await;
    for (name, value) in SECRET.into_iter().filter(|_| share) {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    for (name, value) in HEADERS.into_iter().chain(secure.then_some(SECURE)) {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

//! From a bearer's header to who asks, before anything else looks at the request (RFC 6750).
//!
//! With the header, it alone says who asks: no cookie is looked at, and what does not prove anything is refused rather than
//! taken for somebody without one. Neither header goes any further.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{causes::chain, words::sentence};
use identity::workload;
use portal::tokens::authenticate::AuthError;

use crate::{addresses::is_anonymous, middleware::edge, problem::Problem, state::AppState};

/// Finds out who the bearer of a request's `Authorization` is.
pub(crate) async fn authenticate(
    State(state): State<Arc<AppState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let asked = !is_anonymous(path) && path != "/api/openapi.json";
    if !asked || !request.headers().contains_key(header::AUTHORIZATION) {
        return next.run(request).await;
    }
    let Some(shown) = shown(request.headers()) else {
        return refusal(
            "invalid_request",
            "Send one header Authorization, in the form: Bearer, a space, the token.",
        );
    };
    let from = edge::client(request.extensions());
    let now = (state.clock)();
    let proven = state
        .portal
        .tokens()
        .authenticate(shown, &state.workloads, from.as_deref(), now)
        .await;
    let proven = match proven {
        Ok(proven) => proven,
        Err(AuthError::Invalid) => {
            return refusal(
                "invalid_token",
                "This token does not work here. Make one at /settings/tokens.",
            );
        }
        Err(AuthError::Workload(error)) => return not_a_workload(&error),
        Err(AuthError::LockedOut(locked)) => {
            let what = "Too many wrong tokens came from your address: wait, then try again.";
            return Problem::wait(what, locked.seconds(now)).into_response();
        }
        Err(AuthError::Failed(error)) => {
            tracing::warn!(error = chain(&error), "nobody knows who the bearer is");
            return Problem::from(error).into_response();
        }
    };
    request.headers_mut().remove(header::AUTHORIZATION);
    request.headers_mut().remove(header::COOKIE);
    request.extensions_mut().insert(proven);
    next.run(request).await
}

/// What the bearer shows; none if the header is there twice, or says something else.
pub(crate) fn shown(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, shown) = only.to_str().ok()?.split_once(' ')?;
    let shown = shown.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !shown.is_empty()).then_some(shown)
}

/// What a job or a service is told that proves something else than what is asked for. All of it is about its own proof.
fn not_a_workload(error: &workload::Error) -> Response {
    tracing::warn!(error = chain(error), "a workload's token was refused");
    let said = sentence(&error.to_string());
    if error.is_passing() {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, said).into_response();
    }
    refusal("invalid_token", said)
}

/// The same answer for every token of ours that does not work: which ones there are is nobody's business.
fn refusal(error: &'static str, what: impl Into<String>) -> Response {
    let mut response = Problem::new(StatusCode::UNAUTHORIZED, what).into_response();
    let challenge = format!("Bearer realm=\"Towpath\", error=\"{error}\"");
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

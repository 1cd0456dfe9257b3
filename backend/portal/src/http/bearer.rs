//! From a bearer's header to who asks, before anything else looks at the request (RFC 6750).
//!
//! With the header, it alone says who asks: no cookie is looked at, and what does not prove anything is refused rather than
//! taken for somebody without one. Neither header goes any further.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use domain::words::sentence;

use super::{
    edge,
    limits::{self, Counted, Kind},
    problem::Problem,
};
use crate::{bearer::NotProven, error::chain, machines};

/// Addresses that ask nobody who they are. Whoever wants to sign in is not stopped by a header that a proxy adds.
const OPEN: [&str; 6] = [
    "/sign-in",
    "/sign-in/callback",
    "/sign-out",
    "/signed-out",
    "/healthz",
    "/api/openapi.json",
];

/// Finds out who the bearer of a request's `Authorization` is.
pub(super) async fn bearer(
    State((front, limits)): State<Counted>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let asked = !OPEN.contains(&path) && !path.starts_with("/assets/");
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
    let (address, now) = (limits::address(request.extensions()), (front.clock)());
    if let Some(seconds) = limits.wait(Kind::Unknown, &address, now) {
        return limits::too_many(seconds).into_response();
    }
    let proven = front
        .portal
        .prove(shown, &front.machines, from.as_deref(), now)
        .await;
    if !matches!(proven, Ok(_) | Err(NotProven::Failed(_))) {
        // Whoever shows nothing that counts uses up what those without anything have there.
        let _counted = limits.take(Kind::Unknown, &address, now);
    }
    let proven = match proven {
        Ok(proven) => proven,
        Err(NotProven::Invalid) => {
            return refusal(
                "invalid_token",
                "This token does not work here. Make one at /settings/tokens.",
            );
        }
        Err(NotProven::Machine(error)) => return not_a_machine(&error),
        Err(NotProven::LockedOut(locked)) => {
            let what = "Too many wrong tokens came from your address: wait, then try again.";
            return Problem::wait(what, locked.seconds(now)).into_response();
        }
        Err(NotProven::Failed(error)) => {
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
pub(super) fn shown(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, shown) = only.to_str().ok()?.split_once(' ')?;
    let shown = shown.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !shown.is_empty()).then_some(shown)
}

/// What a job or a service is told that proves something else than what is asked for. All of it is about its own proof.
fn not_a_machine(error: &machines::Error) -> Response {
    tracing::warn!(
        error = chain(error),
        "the bearer is no machine of this portal"
    );
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

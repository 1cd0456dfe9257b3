//! The limit of a request's head. Bodies are limited where they are read; how often anyone may ask, API Gateway limits
//! for all callers together, and the lockout for those who guess.

use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, Uri},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::problem::Problem;

/// The most bytes of a request's head, which is its request line and its headers. API Gateway takes 10,240, and answers what is
/// more in its own words; the difference is for what it adds itself.
const HEAD: usize = 10_000;

/// Turns away a request whose head is too large, before anything reads it.
pub(crate) async fn check(request: Request, next: Next) -> Response {
    match too_large(request.method(), request.uri(), request.headers()) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn too_large(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Problem> {
    let address = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    let line = method.as_str().len() + address + "  HTTP/1.1\r\n".len();
    let headers = headers.iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum();
    if line + headers <= HEAD {
        return None;
    }
    let (status, what) = if line > headers {
        (StatusCode::URI_TOO_LONG, "shorten the address")
    } else {
        (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "send fewer or smaller cookies",
        )
    };
    let detail =
        format!("A request's address and headers together may have at most {HEAD} bytes: {what}.");
    Some(Problem::new(status, detail))
}

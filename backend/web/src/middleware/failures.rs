//! The form of every failure: problem+json below `/api`, a page elsewhere, no matter who found the failure.

use std::{any::Any, sync::Arc};

use axum::{
    extract::{OriginalUri, Request, State},
    http::{Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use frontend::site::Visitor;

use crate::{
    access_log,
    extract::caller,
    headers::base,
    pages,
    problem::{Problem, internal},
    state::AppState,
};

/// Gives every failure its form: JSON below `/api`, a page elsewhere, no matter who found the failure.
pub(crate) async fn render(
    State(state): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let api = is_api(request.uri());
    let method = request.method().clone();
    let base = base(&state, request.headers());
    let visitor = caller::visitor(&state, request.extensions());
    let mut response = next.run(request).await;
    let status = response.status();
    // A shared cache may hand the page of a failure of ours to anybody: it holds nothing of the person who asked.
    let failed = status.is_server_error();
    let visitor = match visitor {
        Visitor::Local => Visitor::Local,
        _ if failed => Visitor::Unknown,
        other => other,
    };
    let is_page = !failed && response.extensions().get::<pages::IsPage>().is_some();
    if is_page || (!status.is_client_error() && !status.is_server_error()) {
        return response;
    }
    let known = response.extensions_mut().remove::<Problem>();
    if api && known.is_some() {
        return response;
    }
    let problem = known.unwrap_or_else(|| unnamed(status, &method));
    let mut formed = if api {
        problem.into_response()
    } else {
        pages::error(&state, base, visitor, &problem)
    };
    for name in [header::ALLOW, header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
        if let Some(value) = response.headers().get(&name) {
            formed.headers_mut().insert(name, value.clone());
        }
    }
    formed
}

/// For an address that nothing answers at: a page's with a slash too many leads to the one without.
pub(crate) async fn not_found(method: Method, OriginalUri(uri): OriginalUri) -> Response {
    let read = matches!(method, Method::GET | Method::HEAD);
    if let Some(address) = without_last_slash(&uri).filter(|_| read) {
        return Redirect::permanent(&address).into_response();
    }
    Problem::new(
        StatusCode::NOT_FOUND,
        format!("There is no page at {}.", access_log::redacted(uri.path())),
    )
    .into_response()
}

/// For a handler that panicked, which no handler should.
#[expect(clippy::needless_pass_by_value, reason = "the layer's interface")]
pub(crate) fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = text, "request failed");
    internal().into_response()
}

/// For a failure that the framework found.
fn unnamed(status: StatusCode, method: &Method) -> Problem {
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            format!("Nothing here answers to {method}; see the header Allow.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => return Problem::too_large("The body", crate::BODY_LIMIT),
        _ => status
            .canonical_reason()
            .map_or_else(String::new, |reason| format!("{reason}.")),
    };
    Problem::new(status, detail)
}

/// The address without the slash at its end. None for one that begins with two, which browsers take for another site's.
fn without_last_slash(uri: &Uri) -> Option<String> {
    if is_api(uri) {
        return None;
    }
    let path = uri
        .path()
        .strip_suffix('/')
        .filter(|path| !path.is_empty())?;
    if path.starts_with("//") || path.contains('\\') {
        return None;
    }
    let query = uri
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    Some(format!("{path}{query}"))
}

fn is_api(uri: &Uri) -> bool {
    uri.path().starts_with("/api/")
}

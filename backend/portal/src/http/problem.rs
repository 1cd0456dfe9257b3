//! What went wrong, as clients are told: the one mapping from [`Error`] to a status and `problem+json` (RFC 9457).

use std::{any::Any, num::NonZeroU32, sync::Arc};

use axum::{
    Json,
    extract::{OriginalUri, Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    promotion::{Impossible, Refusal, RefusalKind},
    words::sentence,
};
use frontend::site::Visitor;
use serde::{Deserialize, Serialize};

use super::{Front, pages, record, session};
use crate::Error;

/// The media type of a [`Problem`].
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// What kind of problem this is, the same for every one of its kind.
    #[serde(rename = "type")]
    #[schema(example = "urn:towpath:problem:not-found")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The answer's HTTP status.
    pub status: u16,
    /// What is wrong this time, and what would be right.
    pub detail: String,
    /// Which part of the request it is about: a parameter, or a place in the body (`files[2].sha256`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// For a promotion that is refused: every reason, each with what would lift it.
    #[serde(default, skip_serializing_if = "<[Refusal]>::is_empty")]
    #[schema(value_type = Vec<Refusal>)]
    pub refusals: Box<[Refusal]>,
    /// For the header `Retry-After`, in seconds.
    #[serde(skip)]
    pub(super) wait: Option<NonZeroU32>,
}

impl Problem {
    /// A problem of a kind.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let (kind, title) = kind_of(status);
        let unavailable = status == StatusCode::SERVICE_UNAVAILABLE;
        Self {
            kind: format!("urn:towpath:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            refusals: Box::default(),
            wait: unavailable.then(|| whole_seconds(2)),
        }
    }

    /// A problem with a part of the request.
    pub(super) fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let field = field.into();
        Self {
            field: (!field.is_empty()).then_some(field),
            ..Self::new(StatusCode::BAD_REQUEST, detail)
        }
    }

    /// Too many requests, or guesses, and how many seconds to wait.
    pub(super) fn wait(detail: impl Into<String>, seconds: i64) -> Self {
        Self {
            wait: Some(whole_seconds(seconds)),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// How long to wait, a second at the least.
fn whole_seconds(seconds: i64) -> NonZeroU32 {
    let seconds = u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
    NonZeroU32::new(seconds).unwrap_or(NonZeroU32::MIN)
}

fn kind_of(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::BAD_REQUEST => ("invalid", "The request is not valid"),
        StatusCode::UNAUTHORIZED => ("signed-out", "Not signed in"),
        StatusCode::FORBIDDEN => ("forbidden", "Not allowed"),
        StatusCode::NOT_FOUND => ("not-found", "There is nothing here"),
        StatusCode::METHOD_NOT_ALLOWED => ("method", "Not with this method"),
        StatusCode::CONFLICT => ("conflict", "Not with what there is now"),
        StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "Too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("media-type", "Not in this form"),
        StatusCode::MISDIRECTED_REQUEST => ("misdirected", "Not at this address"),
        StatusCode::UNPROCESSABLE_ENTITY => ("refused", "There is nothing of use"),
        StatusCode::URI_TOO_LONG => ("too-long", "The address is too long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => ("headers", "The headers are too large"),
        StatusCode::TOO_MANY_REQUESTS => ("too-many", "Too many requests"),
        StatusCode::SERVICE_UNAVAILABLE => ("unavailable", "Not at the moment"),
        _ => ("internal", "Something is wrong on our side"),
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.told();
        match error {
            Error::NotFound { .. } => Self::new(StatusCode::NOT_FOUND, sentence(&text)),
            Error::Forbidden { .. } => Self::new(StatusCode::FORBIDDEN, sentence(&text)),
            Error::Invalid { field, detail } => Self::invalid(field, sentence(&detail)),
            Error::Conflict { detail } => Self::new(StatusCode::CONFLICT, sentence(&detail)),
            Error::Refused { reason } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, sentence(&reason))
            }
            Error::Declined { refusals } => Self {
                refusals: refusals.clone().into(),
                ..Self::new(status_of(&refusals), sentence(&text))
            },
            Error::Impossible(impossible) => {
                Self::new(status_of_impossible(&impossible), sentence(&text))
            }
            Error::Store(source) => of_store(&source),
            Error::Answer(source) => {
                log(&source);
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "CodePipeline did not take the answer. Try again in a moment.",
                )
            }
            Error::Unsent { .. } => Self::new(StatusCode::CONFLICT, sentence(&text)),
            Error::DailyLimit { wait, .. } => Self::wait(sentence(&text), wait),
            Error::LockedOut { .. } => Self::new(StatusCode::TOO_MANY_REQUESTS, sentence(&text)),
            Error::NoJobs | Error::Unfinished => {
                log(&error);
                internal()
            }
        }
    }
}

/// Not allowed, if that is among the reasons; a request that nobody could make, if only that; else not now.
fn status_of(refusals: &[Refusal]) -> StatusCode {
    if refusals
        .iter()
        .any(|refusal| refusal.kind == RefusalKind::Forbidden)
    {
        StatusCode::FORBIDDEN
    } else if refusals
        .iter()
        .all(|refusal| matches!(refusal.kind, RefusalKind::Reason | RefusalKind::Bypass))
    {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::CONFLICT
    }
}

fn status_of_impossible(impossible: &Impossible) -> StatusCode {
    match impossible {
        Impossible::OwnRequest
        | Impossible::NotAsked { .. }
        | Impossible::ByToken
        | Impossible::NotYours
        | Impossible::MayNotAbandon => StatusCode::FORBIDDEN,
        Impossible::Words { .. } => StatusCode::BAD_REQUEST,
        Impossible::State { .. }
        | Impossible::Expired(_)
        | Impossible::NotDue(_)
        | Impossible::Twice
        | Impossible::AlreadyThere
        | Impossible::OtherBytes { .. }
        | Impossible::NothingToApprove
        | Impossible::Occupied(_)
        | Impossible::NoPlace
        | Impossible::Changed(_)
        | Impossible::Gates { .. } => StatusCode::CONFLICT,
    }
}

fn of_store(error: &store::Error) -> Problem {
    log(error);
    match error {
        store::Error::Conflict { .. } | store::Error::Unavailable { .. } => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The store does not answer as it should. Try again in a moment; nothing was left half-done.",
        ),
        store::Error::TooLarge { .. } => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, sentence(&error.to_string()))
        }
        store::Error::Newer { .. } => Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "A later version of Towpath wrote this record. Whoever runs the portal deploys that version again.",
        ),
        store::Error::NotFound { .. }
        | store::Error::Denied { .. }
        | store::Error::Refused { .. }
        | store::Error::Corrupt { .. } => internal(),
    }
}

fn internal() -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The portal could not do this. Its log says why, beside the request id of this answer.",
    )
}

/// The only place where a failure of ours is logged, with its causes.
fn log(error: &dyn std::error::Error) {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    tracing::error!(error = text, "request failed");
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.clone())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.get()));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// For an address that nothing answers at: a page's with a slash too many leads to the one without.
pub(super) async fn nothing_here(method: Method, OriginalUri(uri): OriginalUri) -> Response {
    let read = matches!(method, Method::GET | Method::HEAD);
    if let Some(address) = without_last_slash(&uri).filter(|_| read) {
        return Redirect::permanent(&address).into_response();
    }
    Problem::new(
        StatusCode::NOT_FOUND,
        format!("Nothing answers at {}.", record::told(uri.path())),
    )
    .into_response()
}

fn is_api(uri: &Uri) -> bool {
    uri.path().starts_with("/api/")
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

/// For a handler that panicked, which no handler should.
#[expect(clippy::needless_pass_by_value, reason = "the layer's interface")]
pub(super) fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = text, "request failed");
    internal().into_response()
}

/// Gives every failure its form: JSON below `/api`, a page elsewhere, whoever found the failure.
pub(super) async fn in_form(
    State(front): State<Arc<Front>>,
    request: Request,
    next: Next,
) -> Response {
    let api = is_api(request.uri());
    let method = request.method().clone();
    let base = super::caller::base(&front, request.headers());
    let visitor = session::visitor(&front, request.extensions());
    let mut response = next.run(request).await;
    let status = response.status();
    // A shared cache may hand the page of a failure of ours to anybody: it holds nothing of whoever asked.
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
        pages::error(&front, base, visitor, &problem)
    };
    for name in [header::ALLOW, header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
        if let Some(value) = response.headers().get(&name) {
            formed.headers_mut().insert(name, value.clone());
        }
    }
    formed
}

/// For a failure that the framework found.
fn unnamed(status: StatusCode, method: &axum::http::Method) -> Problem {
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            format!("Nothing here answers to {method}; see the header Allow.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            format!("The body may have {} bytes at the most.", super::BODY_LIMIT)
        }
        _ => status
            .canonical_reason()
            .map_or_else(String::new, |reason| format!("{reason}.")),
    };
    Problem::new(status, detail)
}

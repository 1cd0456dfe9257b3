//! What went wrong, as clients are told: the one mapping from [`Error`] to a status and `problem+json` (RFC 9457).

use std::num::NonZeroU32;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    causes::chain,
    promotion::{Impossible, Refusal, RefusalKind},
    words::sentence,
};
use identity::sign_in;
use portal::Error;

/// The media type of a [`Problem`].
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not carried out, as an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What the caller gets.
    pub body: Box<api::Problem>,
    /// For the header `Retry-After`, in seconds.
    wait: Option<NonZeroU32>,
}

impl Problem {
    /// A problem of a kind.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let (kind, title) = kind_of(status);
        let unavailable = status == StatusCode::SERVICE_UNAVAILABLE;
        Self {
            body: Box::new(api::Problem {
                kind: format!("urn:towpath:problem:{kind}"),
                title: title.to_owned(),
                status: status.as_u16(),
                detail: detail.into(),
                field: None,
                refusals: Box::default(),
            }),
            wait: unavailable.then(|| whole_seconds(2)),
        }
    }

    /// A problem with a part of the request.
    pub(crate) fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let field = field.into();
        let mut problem = Self::new(StatusCode::BAD_REQUEST, detail);
        problem.body.field = (!field.is_empty()).then_some(field);
        problem
    }

    /// Too many guesses, or downloads of a day, and how many seconds to wait.
    pub(crate) fn wait(detail: impl Into<String>, seconds: i64) -> Self {
        Self {
            wait: Some(whole_seconds(seconds)),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
        }
    }

    /// A body that is larger than the `most` bytes that `what` may have.
    pub(crate) fn too_large(what: &str, most: usize) -> Self {
        let detail = format!("{what} may have {most} bytes at the most.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// How long to wait, a second at the least.
fn whole_seconds(seconds: i64) -> NonZeroU32 {
    let seconds = u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
    NonZeroU32::new(seconds).unwrap_or(NonZeroU32::MIN)
}

/// What a kind of problem is called, and its title: the phrase of RFC 9110 and 6585.
fn kind_of(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::BAD_REQUEST => ("invalid", "Bad Request"),
        StatusCode::UNAUTHORIZED => ("unauthorized", "Unauthorized"),
        StatusCode::FORBIDDEN => ("forbidden", "Forbidden"),
        StatusCode::NOT_FOUND => ("not-found", "Not Found"),
        StatusCode::METHOD_NOT_ALLOWED => ("method", "Method Not Allowed"),
        StatusCode::CONFLICT => ("conflict", "Conflict"),
        StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "Content Too Large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("media-type", "Unsupported Media Type"),
        StatusCode::MISDIRECTED_REQUEST => ("misdirected", "Misdirected Request"),
        StatusCode::UNPROCESSABLE_ENTITY => ("refused", "Unprocessable Content"),
        StatusCode::URI_TOO_LONG => ("too-long", "URI Too Long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            ("headers", "Request Header Fields Too Large")
        }
        StatusCode::TOO_MANY_REQUESTS => ("too-many", "Too Many Requests"),
        StatusCode::SERVICE_UNAVAILABLE => ("unavailable", "Service Unavailable"),
        StatusCode::INSUFFICIENT_STORAGE => ("disk-full", "Insufficient Storage"),
        _ => ("internal", "Internal Server Error"),
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
            Error::Declined { refusals } => {
                let mut problem = Self::new(status_of(&refusals), sentence(&text));
                problem.body.refusals = refusals.into();
                problem
            }
            Error::Impossible(impossible) => {
                Self::new(status_of_impossible(&impossible), sentence(&text))
            }
            Error::Store(source) => of_store(&source),
            Error::GivenUp | Error::Unsent { .. } => {
                Self::new(StatusCode::CONFLICT, sentence(&text))
            }
            Error::DailyLimit { wait, .. } => Self::wait(sentence(&text), wait),
            Error::LockedOut { .. } => Self::new(StatusCode::TOO_MANY_REQUESTS, sentence(&text)),
            Error::Unfinished => {
                log(&error);
                internal()
            }
        }
    }
}

/// Not allowed, if that is among the reasons; a request that nobody could make, or a build that nobody could install, if only
/// that; else not now.
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
    } else if refusals.iter().all(|refusal| {
        matches!(
            refusal.kind,
            RefusalKind::NotInstallable | RefusalKind::OtherPackage
        )
    }) {
        StatusCode::UNPROCESSABLE_ENTITY
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
        store::Error::Conflict { .. } => later(
            "Others kept changing the same records, so that nothing was changed. Try again in a moment.",
        ),
        store::Error::Full { .. } => Problem::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "The disk that this portal keeps its data on is full. Free some space on it, and do this again.",
        ),
        store::Error::Unavailable { .. } => later(
            "The store does not answer as it should. Try again in a moment, and look first whether a change was made all the same.",
        ),
        store::Error::TooLarge { .. } => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, sentence(&error.to_string()))
        }
        store::Error::Newer { .. } => Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "A later version of Towpath wrote this record. The operator of the portal deploys that version again.",
        ),
        store::Error::NotFound { .. }
        | store::Error::Denied { .. }
        | store::Error::Refused { .. }
        | store::Error::Corrupt { .. } => internal(),
    }
}

/// What passes by itself.
fn later(detail: &str) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
}

pub(crate) fn internal() -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The portal could not do this. Its log says why, beside the request id of this answer.",
    )
}

/// The only place where a failure of ours is logged, with its causes.
fn log(error: &dyn std::error::Error) {
    tracing::error!(error = chain(error), "request failed");
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(&self.body)).into_response();
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

impl From<sign_in::Error> for Problem {
    fn from(error: sign_in::Error) -> Self {
        let status = match &error {
            sign_in::Error::NotBegunHere | sign_in::Error::Code => StatusCode::BAD_REQUEST,
            sign_in::Error::Refused(_) | sign_in::Error::Token(_) | sign_in::Error::TooLarge(_) => {
                StatusCode::FORBIDDEN
            }
            sign_in::Error::Issuer(_)
            | sign_in::Error::Documents(_)
            | sign_in::Error::Secret(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        tracing::warn!(error = chain(&error), "nobody was signed in");
        let what = match &error {
            sign_in::Error::NotBegunHere => {
                "This sign-in was not begun in this browser, or too long ago."
            }
            sign_in::Error::Code => {
                "The issuer does not take this sign-in's code, which works once."
            }
            sign_in::Error::Refused(said) => {
                return Self::new(status, format!("The issuer said: {said}"));
            }
            sign_in::Error::Token(_) => "What the issuer says of you is not valid here.",
            sign_in::Error::TooLarge(groups) => {
                let what = format!(
                    "What a session would hold of you is too large: your name, and {groups} groups that towpath.toml names. \
                     Ask an administrator of this portal to name fewer groups, or to take you out of some."
                );
                return Self::new(status, what);
            }
            sign_in::Error::Issuer(_) | sign_in::Error::Documents(_) => {
                "The issuer does not answer as it should. Try again in a moment."
            }
            sign_in::Error::Secret(_) => {
                "Nobody can be signed in at the moment. Try again in a moment."
            }
        };
        Self::new(status, format!("{what} Begin again at /sign-in."))
    }
}

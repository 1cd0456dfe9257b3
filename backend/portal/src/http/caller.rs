//! Who asks, when, and with what: the one place where a request becomes an [`Actor`].

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::{Timestamp, actor::Actor};
use frontend::site::Visitor;
use url::{Url, form_urlencoded};

use super::{Door, Front, problem::Problem, session};
use crate::sign_in::Session;

/// A request's circumstances. Who has not signed in where that is asked for does not become a caller.
pub(super) struct Caller {
    /// Who asks.
    pub(super) actor: Actor,
    /// The same, for the page's head.
    pub(super) visitor: Visitor,
    /// When.
    pub(super) now: Timestamp,
    /// What the caller's program calls itself.
    pub(super) user_agent: Option<String>,
    /// What the caller has of this answer already.
    pub(super) if_none_match: Option<String>,
    /// Where the caller reaches the portal, without a slash at the end.
    pub(super) base: String,
}

impl FromRequestParts<Arc<Front>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, front: &Arc<Front>) -> Result<Self, Response> {
        let actor = match (&front.door, parts.extensions.get::<Session>()) {
            (Door::Local, _) => Actor::local(),
            (Door::SignIn(_), Some(session)) => session.actor(),
            (Door::SignIn(_), None) => return Err(not_signed_in(parts)),
        };
        Ok(Self {
            actor,
            visitor: session::visitor(front, &parts.extensions),
            now: (front.clock)(),
            user_agent: text(&parts.headers, &header::USER_AGENT).map(str::to_owned),
            if_none_match: text(&parts.headers, &header::IF_NONE_MATCH).map(str::to_owned),
            base: base(front, &parts.headers),
        })
    }
}

/// People who open a page are sent to sign in and come back to it. Programs, also those in a page, are told.
fn not_signed_in(parts: &Parts) -> Response {
    let mode = text(&parts.headers, &HeaderName::from_static("sec-fetch-mode"));
    let is_opened = mode.is_none_or(|mode| mode == "navigate") && parts.method.is_safe();
    if is_opened && !parts.uri.path().starts_with("/api/") {
        let page = parts.uri.path_and_query().map_or("/", |page| page.as_str());
        let page: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
        let location = format!("/sign-in?return={page}");
        let headers = [(header::CACHE_CONTROL, "no-store")];
        return (headers, Redirect::to(&location)).into_response();
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "Sign in first, at /sign-in.");
    let mut response = problem.into_response();
    response.headers_mut().insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Cookie realm=\"Towpath\", form-action=\"/sign-in\""),
    );
    response
}

/// Where a caller reaches the portal: as configured, else as the request says.
pub(super) fn base(front: &Front, headers: &HeaderMap) -> String {
    let configured = front.portal.public_url().cloned();
    let asked = || {
        let scheme = match text(headers, &"x-forwarded-proto".parse().ok()?) {
            Some("https") => "https",
            _ => "http",
        };
        Url::parse(&format!("{scheme}://{}", text(headers, &header::HOST)?)).ok()
    };
    let url = configured.or_else(asked);
    url.map_or_else(String::new, |url| url.origin().ascii_serialization())
}

/// A header as text, if it is there and is one.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

//! Who asks, when, and with what: the one place where a request becomes an [`Actor`].

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::{Timestamp, actor::Actor};
use frontend::site::Visitor;
use url::{Url, form_urlencoded};

use super::{Door, Front, edge, problem::Problem, session};
use crate::{bearer::Proven, sign_in::Session};

/// The most bytes of an address to come back to after signing in. It travels sealed in the issuer's answer, whose address has to
/// stay below the limit of a request's head.
pub(super) const LONGEST_RETURN: usize = 1000;

/// A request's circumstances. Who has not signed in where that is asked for does not become a caller.
pub(super) struct Caller {
    /// Who asks.
    pub(super) actor: Actor,
    /// How they proved it, as the audit log keeps it.
    pub(super) proof: String,
    /// The client's address: see [`edge`] for what is believed of it.
    pub(super) from: Option<String>,
    /// Who asks, for the page's head.
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
        let Proven { actor, proof } =
            proven(front, &parts.extensions).ok_or_else(|| not_signed_in(parts))?;
        Ok(Self {
            actor,
            proof,
            from: edge::client(&parts.extensions),
            visitor: session::visitor(front, &parts.extensions),
            now: (front.clock)(),
            user_agent: text(&parts.headers, &header::USER_AGENT).map(str::to_owned),
            if_none_match: text(&parts.headers, &header::IF_NONE_MATCH).map(str::to_owned),
            base: base(front, &parts.headers),
        })
    }
}

/// Who asks: whoever the bearer header proves, and only without one the session, or the local portal's one user.
fn proven(front: &Front, extensions: &Extensions) -> Option<Proven> {
    if let Some(proven) = extensions.get::<Proven>() {
        return Some(proven.clone());
    }
    match &front.door {
        Door::Local => Some(Proven {
            actor: Actor::local(),
            proof: "local".to_owned(),
        }),
        Door::SignIn(sign_in) => extensions.get::<Session>().map(|session| Proven {
            actor: session.actor(),
            proof: format!("session of {}", sign_in.issuer()),
        }),
    }
}

/// People who open a page are sent to sign in and come back to it. Programs, also those in a page, are told.
fn not_signed_in(parts: &Parts) -> Response {
    let mode = text(&parts.headers, &HeaderName::from_static("sec-fetch-mode"));
    let is_opened = mode.is_none_or(|mode| mode == "navigate") && parts.method.is_safe();
    if is_opened && !parts.uri.path().starts_with("/api/") {
        let page = parts.uri.path_and_query().map_or("/", |page| page.as_str());
        return sign_in_and_return_to(page);
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "Sign in first, at /sign-in.");
    let mut response = problem.into_response();
    response.headers_mut().insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Cookie realm=\"Towpath\", form-action=\"/sign-in\""),
    );
    response
}

/// Sends somebody to sign in and to come back to a page.
pub(super) fn sign_in_and_return_to(page: &str) -> Response {
    let location = if page.len() <= LONGEST_RETURN {
        let page: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
        format!("/sign-in?return={page}")
    } else {
        "/sign-in".to_owned()
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (headers, Redirect::to(&location)).into_response()
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

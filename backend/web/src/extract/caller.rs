//! Who asks, when, and with what: the one place where a request becomes an [`Actor`].

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::{Timestamp, access::Action, actor::Actor, audit::Principal};
use frontend::site::{Section, Visitor};
use identity::{Authenticated, sign_in::Session};
use portal::download::Downloader;
use url::form_urlencoded;

use crate::{
    extract::caller,
    headers::{base, text},
    middleware::edge,
    problem::Problem,
    state::{AppState, AuthMode},
};

/// The most bytes of an address to come back to after signing in. It travels sealed in the issuer's answer, whose address has to
/// stay below the limit of a request's head.
pub(crate) const LONGEST_RETURN: usize = 1000;

/// A request's circumstances. Who has not signed in where that is asked for does not become a caller.
pub(crate) struct Caller {
    /// Who asks.
    pub(crate) actor: Actor,
    /// How they proved it, as the audit log keeps it.
    pub(crate) proof: String,
    /// The client's address: see [`edge`] for what is believed of it.
    pub(crate) from: Option<String>,
    /// Who asks, for the page's head.
    pub(crate) visitor: Visitor,
    /// When.
    pub(crate) now: Timestamp,
    /// What the caller's program calls itself.
    pub(crate) user_agent: Option<String>,
    /// What the caller has of this answer already.
    pub(crate) if_none_match: Option<String>,
    /// Where the caller reaches the portal, without a slash at the end.
    pub(crate) base: String,
}

impl Caller {
    /// Who asks, as the audit log keeps it.
    pub(crate) fn who(&self) -> Principal<'_> {
        Principal {
            actor: &self.actor,
            proof: &self.proof,
            from: self.from.as_deref(),
        }
    }
}

impl Caller {
    /// Who asks, for a download.
    pub(crate) fn downloader(&self) -> Downloader<'_> {
        Downloader {
            actor: &self.actor,
            user_agent: self.user_agent.as_deref(),
            now: self.now,
        }
    }
}

impl FromRequestParts<Arc<AppState>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState>,
    ) -> Result<Self, Response> {
        let Authenticated { actor, proof } =
            proven(state, &parts.extensions).ok_or_else(|| not_signed_in(parts))?;
        Ok(Self {
            actor,
            proof,
            from: edge::client(&parts.extensions),
            visitor: caller::visitor(state, &parts.extensions),
            now: (state.clock)(),
            user_agent: text(&parts.headers, &header::USER_AGENT).map(str::to_owned),
            if_none_match: text(&parts.headers, &header::IF_NONE_MATCH).map(str::to_owned),
            base: base(state, &parts.headers),
        })
    }
}

/// Who asks: the principal that the bearer header proves, and only without one the session, or the local portal's one user.
fn proven(state: &AppState, extensions: &Extensions) -> Option<Authenticated> {
    if let Some(proven) = extensions.get::<Authenticated>() {
        return Some(proven.clone());
    }
    match &state.auth {
        AuthMode::Local => Some(Authenticated {
            actor: Actor::local(),
            proof: "local".to_owned(),
        }),
        AuthMode::SignIn(sign_in) => extensions.get::<Session>().map(|session| Authenticated {
            actor: session.actor(),
            proof: format!("session of {}", sign_in.issuer()),
        }),
    }
}

/// People who open a page are sent to sign in and come back to it. Programs, also those in a page, are told.
fn not_signed_in(parts: &Parts) -> Response {
    let mode = text(&parts.headers, "sec-fetch-mode");
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
pub(crate) fn sign_in_and_return_to(page: &str) -> Response {
    let location = if page.len() <= LONGEST_RETURN {
        let page: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
        format!("/sign-in?return={page}")
    } else {
        "/sign-in".to_owned()
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (headers, Redirect::to(&location)).into_response()
}

/// Who looks at a page, as its head says.
pub(crate) fn visitor(state: &AppState, extensions: &Extensions) -> Visitor {
    let known = |name: &str, actor: &Actor| Visitor::Person {
        name: name.to_owned(),
        opens: sections(state, actor),
    };
    if let Some(Authenticated { actor, .. }) = extensions.get::<Authenticated>() {
        return known(&actor.name, actor);
    }
    match (&state.auth, extensions.get::<Session>()) {
        (AuthMode::Local, _) => Visitor::Local,
        (AuthMode::SignIn(_), None) => Visitor::SignedOut,
        (AuthMode::SignIn(_), Some(session)) => known(session.shown(), &session.actor()),
    }
}

/// What of the site someone may open that others may not.
fn sections(state: &AppState, actor: &Actor) -> Vec<Section> {
    let sections = [
        (Section::Unassigned, Action::ViewUnassigned),
        (Section::Audit, Action::ViewAudit),
        (Section::Access, Action::ViewAccess),
        (Section::Configuration, Action::ViewConfiguration),
    ];
    let open = |(section, action)| state.portal.may(actor, action).then_some(section);
    sections.into_iter().filter_map(open).collect()
}

//! Who asks, when, and with what: the one place where a request becomes an [`Actor`].

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use domain::{Timestamp, actor::Actor};
use url::Url;

use super::Front;

/// A request's circumstances.
pub(super) struct Caller {
    /// Who asks. Everyone is the local user until there is a sign-in.
    pub(super) actor: Actor,
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
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, front: &Arc<Front>) -> Result<Self, Infallible> {
        Ok(Self {
            actor: Actor::local(),
            now: (front.clock)(),
            user_agent: text(&parts.headers, &header::USER_AGENT).map(str::to_owned),
            if_none_match: text(&parts.headers, &header::IF_NONE_MATCH).map(str::to_owned),
            base: base(front, &parts.headers),
        })
    }
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

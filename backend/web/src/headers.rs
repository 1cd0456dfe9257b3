//! Headers of requests, read.

use axum::http::{
    HeaderMap,
    header::{self, AsHeaderName},
};
use url::Url;

use crate::state::AppState;

/// A header as text, if it is there and is one.
pub(crate) fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Whether the headers say that the body is of a media type, whatever its parameters.
pub(crate) fn is_media_type(headers: &HeaderMap, wanted: &str) -> bool {
    let said = text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let said = said.split(';').next().unwrap_or_default().trim();
    said.eq_ignore_ascii_case(wanted)
}

/// Where a caller reaches the portal: as configured, else as the request says.
pub(crate) fn base(state: &AppState, headers: &HeaderMap) -> String {
    let configured = state.portal.public_url().cloned();
    let asked = || {
        let scheme = match text(headers, "x-forwarded-proto") {
            Some("https") => "https",
            _ => "http",
        };
        Url::parse(&format!("{scheme}://{}", text(headers, &header::HOST)?)).ok()
    };
    let url = configured.or_else(asked);
    url.map_or_else(String::new, |url| url.origin().ascii_serialization())
}

/// Whether the portal is reached over https.
pub(crate) fn is_secure(state: &AppState, headers: &HeaderMap) -> bool {
    is_https(&base(state, headers))
}

/// Whether an address is one of https.
pub(crate) fn is_https(address: &str) -> bool {
    address.starts_with("https://")
}

//! The device that looks at a page.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, header, request::Parts},
};
use domain::{android, device::Device};
use url::form_urlencoded;

use crate::headers::text;

/// The device, by what its browser says or what its user chose in the address (`android=34`). A choice that is none is left out: addresses
/// that are passed on in chats gain parameters of all kinds.
pub(crate) struct Visiting(pub(crate) Device);

/// The header with which Chrome says the version of Android, which its `User-Agent` leaves out.
const PLATFORM_VERSION: &str = "sec-ch-ua-platform-version";

/// The header by which a page asks for it.
pub(crate) const ACCEPT_CH: HeaderName = HeaderName::from_static("accept-ch");

/// That Chrome may send it.
pub(crate) const PLATFORM: HeaderValue = HeaderValue::from_static(PLATFORM_VERSION);

impl<S: Send + Sync> FromRequestParts<S> for Visiting {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let chosen = pairs.find(|(name, _)| name == "android");
        let chosen = chosen.and_then(|(_, level)| level.parse().ok());
        let is_known = |level: &u32| android::VERSIONS.iter().any(|(_, known)| known == level);
        let headers = &parts.headers;
        Ok(Self(Device::of(
            text(headers, &header::USER_AGENT),
            text(headers, PLATFORM_VERSION),
            chosen.filter(is_known),
        )))
    }
}

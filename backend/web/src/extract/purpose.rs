//! What a request for a file is for: its bytes, or to learn what they would be. Only the first is a download.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{Timestamp, digest::Digest};
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};
use portal::download::Offer;

use crate::problem::Problem;

/// The headers by which browsers and previews say that nobody has asked for it yet.
const AHEAD: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

/// What a request for a file is for.
#[derive(Clone, Debug)]
pub(crate) struct Purpose {
    /// Somebody may ask for it later.
    is_ahead: bool,
    /// It asks for the head of the answer alone.
    is_head: bool,
    /// What the caller has already, as entity tags.
    has: Option<String>,
    /// When the caller got what they have.
    since: Option<Timestamp>,
}

impl Purpose {
    /// The answer to a request that is for no bytes, or has them already. `offer` is not asked if it is for bytes.
    pub(crate) async fn answer_without_bytes(
        &self,
        offer: impl Future<Output = portal::Result<Offer>>,
    ) -> Result<Option<Response>, Problem> {
        if self.is_ahead {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "Each answer here is a download, so nothing is given out ahead of time.",
            ));
        }
        if !self.is_head && self.has.is_none() && self.since.is_none() {
            return Ok(None);
        }
        let offer = offer.await?;
        if self.knows(&offer) {
            let headers = validators(&offer.digest, offer.since);
            return Ok(Some((StatusCode::NOT_MODIFIED, headers).into_response()));
        }
        if !self.is_head {
            return Ok(None);
        }
        let mut headers = validators(&offer.digest, offer.since);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(offer.size));
        let content_type = HeaderValue::from_static(offer.content_type);
        headers.insert(header::CONTENT_TYPE, content_type);
        Ok(Some((StatusCode::OK, headers).into_response()))
    }

    /// Whether the caller has it. Tags are more exact than times, which do not count beside them.
    fn knows(&self, offer: &Offer) -> bool {
        if let Some(has) = &self.has {
            let tag = tag(&offer.digest);
            return has.split(',').any(|has| {
                let has = has.trim();
                has == "*" || has.strip_prefix("W/").unwrap_or(has) == tag
            });
        }
        let since = self.since.map(Timestamp::as_second);
        since.is_some_and(|since| offer.since.as_second() <= since)
    }
}

/// What tells one file from the next: its digest, and since when it is offered.
pub(crate) fn validators(digest: &Digest, since: Timestamp) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(tag) = HeaderValue::from_str(&tag(digest)) {
        headers.insert(header::ETAG, tag);
    }
    let since = DateTimePrinter::new().timestamp_to_rfc9110_string(&since);
    if let Some(since) = since.ok().and_then(|since| since.try_into().ok()) {
        headers.insert(header::LAST_MODIFIED, since);
    }
    headers
}

fn tag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

impl<S: Sync> FromRequestParts<S> for Purpose {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let text = |name: &HeaderName| parts.headers.get(name)?.to_str().ok();
        let is_ahead = AHEAD.iter().any(|name| {
            let said = parts.headers.get(*name);
            let said = said.and_then(|said| said.to_str().ok()).unwrap_or_default();
            said.contains("prefetch") || said.contains("preview")
        });
        let since = text(&header::IF_MODIFIED_SINCE);
        let since = since.and_then(|text| DateTimeParser::new().parse_timestamp(text).ok());
        Ok(Self {
            is_ahead,
            is_head: parts.method == Method::HEAD,
            has: text(&header::IF_NONE_MATCH).map(ToOwned::to_owned),
            since,
        })
    }
}

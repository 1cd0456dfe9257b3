//! What a request for a file is for: its bytes, or to learn what they would be. Only the first is a download.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::digest::Digest;
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
    has: Vec<String>,
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
        if !self.is_head && self.has.is_empty() {
            return Ok(None);
        }
        let offer = offer.await?;
        if self.knows(&offer) {
            let headers = entity_tag(&offer.digest);
            return Ok(Some((StatusCode::NOT_MODIFIED, headers).into_response()));
        }
        if !self.is_head {
            return Ok(None);
        }
        let mut headers = entity_tag(&offer.digest);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(offer.size));
        let content_type = HeaderValue::from_static(offer.content_type);
        headers.insert(header::CONTENT_TYPE, content_type);
        Ok(Some((StatusCode::OK, headers).into_response()))
    }

    /// Whether the caller has it. Times are not asked for: the portal's would be those of releases, and clients send what they
    /// were told on to where the bytes are, which has others.
    fn knows(&self, offer: &Offer) -> bool {
        let tag = tag(&offer.digest);
        self.has
            .iter()
            .any(|has| has == "*" || has.strip_prefix("W/").unwrap_or(has) == tag)
    }
}

/// What tells one file from the next: its digest.
pub(crate) fn entity_tag(digest: &Digest) -> HeaderMap {
    let tag = HeaderValue::from_str(&tag(digest)).ok();
    tag.map(|tag| (header::ETAG, tag)).into_iter().collect()
}

fn tag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

impl<S: Sync> FromRequestParts<S> for Purpose {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let said = |name: &str| -> Vec<String> {
            let lines = parts.headers.get_all(name).into_iter();
            let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
            let words = lines.flat_map(|line| {
                let words = line.split([',', ';']).map(|word| word.trim().to_owned());
                words.collect::<Vec<_>>()
            });
            words.filter(|word| !word.is_empty()).collect()
        };
        let is_ahead = AHEAD.iter().flat_map(|name| said(name)).any(|word| {
            word.eq_ignore_ascii_case("prefetch") || word.eq_ignore_ascii_case("preview")
        });
        Ok(Self {
            is_ahead,
            is_head: parts.method == Method::HEAD,
            has: said(header::IF_NONE_MATCH.as_str()),
        })
    }
}

//! The outermost middleware of both routers: it refuses requests that did not come through the site's CloudFront
//! distribution, finds the client's address, and keeps cookies out of answers that a shared cache may keep.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use axum::{
    Router,
    extract::{FromRequestParts, Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use domain::digest::Digest;
use subtle::{Choice, ConstantTimeEq as _};

use crate::problem::Problem;

/// The header that CloudFront adds to each request.
const ORIGIN_KEY: HeaderName = HeaderName::from_static("x-towpath-origin");

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The secrets of which CloudFront adds one to each request that it forwards: a rotation has two for a while. Only their
/// digests are kept.
#[derive(Clone, PartialEq, Eq)]
pub struct OriginKey(Vec<Digest>);

/// A text that cannot be an origin key. Never with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it has {length} characters: an origin key has {} or more, all of them printable ASCII; a space separates two keys",
    OriginKey::SHORTEST
)]
pub struct InvalidOriginKey {
    /// How many characters it has.
    length: usize,
}

impl OriginKey {
    /// The fewest characters of a key.
    pub const SHORTEST: usize = 32;

    /// The keys in a text: one, or several with a space between two.
    pub fn new(text: &str) -> Result<Self, InvalidOriginKey> {
        let digest = |key: &str| {
            let length = key.chars().count();
            if length < Self::SHORTEST || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(InvalidOriginKey { length });
            }
            Ok(Digest::of(key.as_bytes()))
        };
        text.split(' ')
            .map(digest)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether a request carries one of the keys, once. The comparison takes the same time whatever it carries.
    fn is_in(&self, headers: &HeaderMap) -> bool {
        let mut all = headers.get_all(&ORIGIN_KEY).iter();
        let (Some(only), None) = (all.next(), all.next()) else {
            return false;
        };
        let found = Digest::of(only.as_bytes());
        let equal = |key: &Digest| key.as_bytes().ct_eq(found.as_bytes());
        self.0
            .iter()
            .fold(Choice::from(0), |any, key| any | equal(key))
            .into()
    }
}

impl std::fmt::Debug for OriginKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OriginKey").finish_non_exhaustive()
    }
}

/// The address of a request's client, as found by [`client_of`].
#[derive(Clone, Copy, Debug)]
struct Client(Option<IpAddr>);

/// The address of a request's client: what lockouts, the audit log, sessions and the access log use. None where
/// nothing in front of the program said it.
pub(crate) fn client(extensions: &Extensions) -> Option<String> {
    let Client(address) = extensions.get::<Client>()?;
    address.map(|address| address.to_string())
}

/// The same, for handlers.
pub(crate) struct ClientAddress(pub(crate) Option<String>);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(client(&parts.extensions)))
    }
}

/// Puts the middleware around everything that a router has, its fallback included.
pub(crate) fn around(router: Router, key: Option<OriginKey>) -> Router {
    router.layer(middleware::from_fn_with_state(key, edge))
}

async fn edge(State(key): State<Option<OriginKey>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    let genuine = key.as_ref().is_none_or(|key| key.is_in(headers));
    headers.remove(ORIGIN_KEY);
    let client = client_of(headers, key.is_some() && genuine);
    if !genuine {
        return refused(client);
    }
    request.extensions_mut().insert(Client(client));
    without_cookies_if_failed(next.run(request).await)
}

fn refused(client: Option<IpAddr>) -> Response {
    let client = client.map(|address| address.to_string());
    let problem = Problem::new(
        StatusCode::FORBIDDEN,
        "This address answers requests of its site alone: use the portal's own address.",
    );
    tracing::info!(
        status = problem.body.status,
        client,
        "refused a request without the origin key"
    );
    let mut response = problem.into_response();
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// CloudFront may keep an answer of status 500, 502, 503 or 504 for everybody, whatever its `Cache-Control` says, and hands
/// out its cookies again.
fn without_cookies_if_failed(mut response: Response) -> Response {
    if response.status().is_server_error() {
        let headers = response.headers_mut();
        headers.remove(header::SET_COOKIE);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// The address of the client, by the entry of `X-Forwarded-For` that the client cannot choose.
///
/// Each proxy appends the address of the peer that connected to it. The last entry is from what stands right before the program.
/// Where the request has the origin key, that is API Gateway, which saw CloudFront; the entry before is CloudFront's, which saw
/// the client. Without the key, the entry before the last may be anybody's invention.
fn client_of(headers: &HeaderMap, through_cloudfront: bool) -> Option<IpAddr> {
    let values = headers.get_all(&FORWARDED_FOR).iter().rev();
    let mut entries = values.flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
    let last = entries.next()?;
    let entry = if through_cloudfront {
        entries.next().unwrap_or(last)
    } else {
        last
    };
    address(std::str::from_utf8(entry).ok()?.trim())
}

/// An address, alone or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|both| both.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let found = plain.or_else(with_port).or_else(in_brackets)?;
    Some(found.to_canonical())
}

/// What is found in a header, for the fuzz targets.
#[cfg(feature = "fuzzing")]
pub(crate) fn found_in(text: &[u8], through_cloudfront: bool) -> Option<IpAddr> {
    let mut headers = HeaderMap::new();
    headers.insert(FORWARDED_FOR, HeaderValue::from_bytes(text).ok()?);
    client_of(&headers, through_cloudfront)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.append(FORWARDED_FOR, value);
        }
        headers
    }

    fn through(values: &[&str]) -> Option<String> {
        client_of(&headers(values), true).map(|address| address.to_string())
    }

    fn direct(values: &[&str]) -> Option<String> {
        client_of(&headers(values), false).map(|address| address.to_string())
    }

    #[test]
    fn through_cloudfront_the_client_is_whom_cloudfront_saw_whatever_the_client_sends() {
        for sent in [
            "203.0.113.9, 130.176.1.1",
            "10.0.0.1, 203.0.113.9, 130.176.1.1",
            "198.51.100.1,198.51.100.2,\u{e9}, ,203.0.113.9,130.176.1.1",
            ",,, 203.0.113.9:4711 ,[2600:9000::1]:443",
            "::ffff:203.0.113.9, 130.176.1.1",
        ] {
            assert_eq!(through(&[sent]).as_deref(), Some("203.0.113.9"), "{sent}");
        }
        let many = "198.51.100.7, ".repeat(500) + "203.0.113.9, 130.176.1.1";
        assert_eq!(through(&[&many]).as_deref(), Some("203.0.113.9"));
        let apart = ["198.51.100.7", "198.51.100.8, 203.0.113.9", "130.176.1.1"];
        assert_eq!(through(&apart).as_deref(), Some("203.0.113.9"));
    }

    #[test]
    fn without_the_key_only_the_last_entry_is_believed() {
        assert_eq!(
            direct(&["203.0.113.9, 198.51.100.7"]).as_deref(),
            Some("198.51.100.7")
        );
        assert_eq!(
            direct(&["198.51.100.7, 203.0.113.9", "192.0.2.1"]).as_deref(),
            Some("192.0.2.1")
        );
    }

    #[test]
    fn a_single_entry_is_that_of_what_stands_before_the_program() {
        assert_eq!(through(&["192.0.2.1"]).as_deref(), Some("192.0.2.1"));
    }

    #[test]
    fn ports_and_brackets_do_not_hide_an_address() {
        for (sent, found) in [
            ("1.2.3.4:5678", "1.2.3.4"),
            ("[2001:db8::1]:1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:DB8::1", "2001:db8::1"),
        ] {
            assert_eq!(direct(&[sent]).as_deref(), Some(found), "{sent}");
        }
    }

    #[test]
    fn what_is_no_address_is_none_and_nothing_else_is_taken_in_its_place() {
        for sent in [
            "",
            " ",
            "unknown",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.4 x",
            "[::1",
            "fe80::1%eth0",
        ] {
            assert_eq!(direct(&[&format!("203.0.113.9, {sent}")]), None, "{sent}");
            assert_eq!(
                through(&[&format!("203.0.113.9, {sent}, 130.176.1.1")]),
                None
            );
        }
        assert_eq!(direct(&[]), None);
    }

    #[test]
    fn a_key_is_long_and_printable_and_is_shown_to_nobody() {
        let long = "k".repeat(32);
        let key = OriginKey::new(&long).unwrap();
        assert!(!format!("{key:?}").contains('k'), "{key:?}");
        for bad in [
            "",
            "short",
            &"k".repeat(31),
            &format!("{long} "),
            &format!("{long}\u{e9}"),
        ] {
            let error = OriginKey::new(bad).unwrap_err().to_string();
            assert!(
                error.contains("32 or more") && !error.contains("kkk"),
                "{error}"
            );
        }
    }

    #[test]
    fn no_handler_sees_the_key_also_where_none_is_asked_for() {
        let text = "0123456789abcdef0123456789abcdef";
        for key in [None, OriginKey::new(text).ok()] {
            let shown = async |headers: HeaderMap| headers.contains_key(ORIGIN_KEY).to_string();
            let router = around(Router::new().fallback(shown), key);
            let request = Request::builder().header(ORIGIN_KEY, text);
            let request = request.body(axum::body::Body::empty()).unwrap();
            let answer = block_on(router.oneshot(request)).unwrap();
            let body = block_on(answer.into_body().collect()).unwrap();
            assert_eq!(body.to_bytes(), "false");
        }
    }

    #[test]
    fn a_key_is_carried_once_and_to_the_letter() {
        let text = "0123456789abcdef0123456789abcdef";
        let key = OriginKey::new(text).unwrap();
        let carries = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(ORIGIN_KEY, HeaderValue::from_str(value).unwrap());
            }
            key.is_in(&headers)
        };
        assert!(carries(&[text]));
        for wrong in [
            &text[1..],
            &text.to_uppercase(),
            &format!("{text}, {text}"),
            "",
        ] {
            assert!(!carries(&[wrong]), "{wrong}");
        }
        assert!(!carries(&[]) && !carries(&[text, text]) && !carries(&["x", text]));
    }
}

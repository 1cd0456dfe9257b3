//! What a browser may do with the portal, and what another site may do to it through a browser.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use url::{Host, Url};

use super::{Front, caller::text, problem::Problem, record, session};

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same, for a page with a form whose answer leads to that origin.
pub(super) fn policy_with_forms_to(origin: &str) -> String {
    POLICY.replace(
        "form-action 'self'",
        &format!("form-action 'self' {origin}"),
    )
}

/// Headers of every answer below a share link's address, which is a secret: nothing keeps it, passes it on or lists it.
const SECRET: [(HeaderName, &str); 3] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("x-robots-tag"),
        "noindex, nofollow, noarchive",
    ),
];

/// Headers of every answer.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Nothing is kept anywhere, unless its handler says that it may be.
    (header::CACHE_CONTROL, "no-store"),
    // For browsers that do not know the policy's frame-ancestors.
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// For a year after this answer, the browser asks over https only.
const SECURE: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");

/// Adds what every answer says to browsers.
pub(super) async fn response(
    State(front): State<Arc<Front>>,
    request: Request,
    next: Next,
) -> Response {
    let secure = session::is_secure(&front, request.headers());
    let share = record::is_share(request.uri().path());
    let mut response = next.run(request).await;
    for (name, value) in SECRET.into_iter().filter(|_| share) {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    for (name, value) in HEADERS.into_iter().chain(secure.then_some(SECURE)) {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Turns away what another site sends through someone's browser.
pub(super) async fn request(
    State(front): State<Arc<Front>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if front.door.is_local() && !is_local(&front, headers) {
        return Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "This is a local portal: open it as 127.0.0.1 or localhost, or set public_url.",
        )
        .into_response();
    }
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if changes && !is_blank(request.uri().path(), headers) && is_cross_site(&front, headers) {
        return Problem::new(
            StatusCode::FORBIDDEN,
            "Another site's page may not do this.",
        )
        .into_response();
    }
    next.run(request).await
}

/// Whether the request was meant for a loopback address. A name that merely resolves to one may belong to another
/// site, whose pages the browser would then let read this portal (DNS rebinding).
fn is_local(front: &Front, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        return true; // No browser leaves it out.
    };
    let host = host.to_str().ok();
    let Some(asked) = host.and_then(|host| host_of(&format!("http://{host}"))) else {
        return false;
    };
    let configured = front
        .portal
        .public_url()
        .and_then(|url| host_of(url.as_str()));
    match &asked {
        Host::Domain(name) => {
            name == "localhost"
                || name.ends_with(".localhost")
                || configured.as_ref() == Some(&asked)
        }
        Host::Ipv4(ip) => IpAddr::from(*ip).is_loopback() || configured.as_ref() == Some(&asked),
        Host::Ipv6(ip) => IpAddr::from(*ip).is_loopback() || configured.as_ref() == Some(&asked),
    }
}

fn host_of(url: &str) -> Option<Host> {
    Some(Url::parse(url).ok()?.host()?.to_owned())
}

/// Whether a share link's own page sent this, in an old browser: it says nothing of where it is, as that page's policy asks.
/// Another site's page would have to know the link, and then needs nobody's browser.
fn is_blank(path: &str, headers: &HeaderMap) -> bool {
    let says = |name: &HeaderName| text(headers, name);
    record::is_share(path)
        && says(&HeaderName::from_static("sec-fetch-site")).is_none()
        && says(&header::ORIGIN) == Some("null")
}

fn is_cross_site(front: &Front, headers: &HeaderMap) -> bool {
    if let Some(site) = text(headers, &HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(headers, &header::ORIGIN) else {
        return false; // No browser sends this.
    };
    let own = text(headers, &header::HOST).is_some_and(|host| {
        origin.strip_prefix("http://") == Some(host)
            || origin.strip_prefix("https://") == Some(host)
    });
    !own && origin != super::caller::base(front, headers)
}

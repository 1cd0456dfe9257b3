//! The CSRF check: turns away what another site sends through somebody's browser, and, at a local portal, what was meant for
//! another host.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use url::{Host, Url};

use crate::{
    access_log,
    headers::{base, text},
    problem::Problem,
    state::AppState,
};

/// Turns away what another site sends through someone's browser.
pub(crate) async fn check(
    State(state): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if state.auth.is_local() && !is_local(&state, headers) {
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
    if changes && !is_blank(request.uri().path(), headers) && is_cross_site(&state, headers) {
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
fn is_local(state: &AppState, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        return true; // No browser leaves it out.
    };
    let host = host.to_str().ok();
    let Some(asked) = host.and_then(|host| host_of(&format!("http://{host}"))) else {
        return false;
    };
    let configured = state
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
    let says = |name: &str| text(headers, name);
    access_log::is_share(path) && says("sec-fetch-site").is_none() && says("origin") == Some("null")
}

fn is_cross_site(state: &AppState, headers: &HeaderMap) -> bool {
    if let Some(site) = text(headers, "sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(headers, &header::ORIGIN) else {
        return false; // No browser sends this.
    };
    let own = text(headers, &header::HOST).is_some_and(|host| {
        origin.strip_prefix("http://") == Some(host)
            || origin.strip_prefix("https://") == Some(host)
    });
    !own && origin != base(state, headers)
}

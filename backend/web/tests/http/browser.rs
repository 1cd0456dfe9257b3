//! What a browser may do with the portal, and what another site may do to it through a browser.

use axum::{
    body::Body,
    http::{Request, header},
};
use testkit::{TestPortal, event, get};

fn delivery() -> axum::http::request::Builder {
    Request::post("/api/v1/events").header(header::CONTENT_TYPE, "application/json")
}

#[tokio::test]
async fn every_answer_tells_the_browser_what_it_may_do() {
    let site = TestPortal::new().await;
    for address in [
        "/",
        "/nothing",
        "/api/v1/overview",
        "/api/nothing",
        "/api/openapi.json",
        "/healthz",
    ] {
        let answer = site.get(address).await;
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'; "),
            "{address}"
        );
        assert!(
            answer
                .header("content-security-policy")
                .ends_with("frame-ancestors 'none'"),
            "{address}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            "nosniff",
            "{address}"
        );
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{address}");
    }
}

#[tokio::test]
async fn another_site_cannot_send_events_through_a_browser() {
    let site = TestPortal::new().await;
    let body = event("wallet-dev", "e-1", "STARTED", 1).to_string();
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "same-origin", 200),
        ("sec-fetch-site", "none", 200),
        ("origin", "https://portal.example", 200),
    ] {
        let answer = site
            .send(
                delivery()
                    .header(name, value)
                    .body(body.clone().into())
                    .unwrap(),
            )
            .await;
        assert_eq!(answer.status, status, "{name}: {value}");
    }
    let own = delivery()
        .header("host", "localhost:8080")
        .header("origin", "http://localhost:8080");
    assert_eq!(site.send(own.body(body.into()).unwrap()).await.status, 200);
}

#[tokio::test]
async fn a_name_that_merely_resolves_to_loopback_is_turned_away() {
    let site = TestPortal::new().await;
    for (host, status) in [
        ("\u{fc}.example", 421),
        ("127.0.0.1:8080", 200),
        ("localhost:8080", 200),
        ("[::1]:8080", 200),
        ("towpath.localhost", 200),
        ("portal.example", 200),
        ("evil.example:8080", 421),
        ("127.0.0.1.evil.example", 421),
        ("192.168.1.7:8080", 421),
        ("a b", 421),
    ] {
        let answer = site
            .send(
                get("/")
                    .header(header::HOST, host)
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        assert_eq!(answer.status, status, "{host}");
    }
}

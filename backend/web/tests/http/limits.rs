//! How much one request may hold.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use testkit::{TestPortal, now};

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_before_it_is_read() {
    let portal = TestPortal::signed_in().await;
    let local = TestPortal::new().await;
    for site in [&portal, &local] {
        let header = |size: usize| {
            let request = Request::get("/healthz").header("cookie", "x".repeat(size));
            site.send(request.body(Body::empty()).unwrap())
        };
        // `GET /healthz HTTP/1.1`, `cookie: `, and the ends of their lines.
        assert_eq!(header(10_000 - 33).await.status, 200);
        header(10_000 - 32).await.problem(431);
        let address = |size: usize| {
            let request = Request::get(format!("/healthz?{}", "x".repeat(size)));
            site.send(request.body(Body::empty()).unwrap())
        };
        assert_eq!(address(10_000 - 24).await.status, 200);
        address(10_000 - 23).await.problem(414);
        let both = Request::get(format!("/healthz?{}", "x".repeat(6_000)))
            .header("cookie", "x".repeat(6_000));
        let both = site.send(both.body(Body::empty()).unwrap()).await;
        assert!(matches!(both.status.as_u16(), 414 | 431), "{}", both.status);
    }
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused() {
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("developer", now()).await;
    let form = Value::String(format!("label={}", "x".repeat(70_000)));
    let post = axum::http::Method::POST;
    let answer = portal.ask(&post, "/settings/tokens", Some(&cookie), &form);
    assert_eq!(answer.await.status, 413);
    let body = json!({"label": "x".repeat(5 << 20)});
    let answer = portal.ask(&post, "/api/v1/tokens", Some(&cookie), &body);
    answer.await.problem(413);
}

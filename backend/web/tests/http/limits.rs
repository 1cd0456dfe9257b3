//! How much one caller may ask for.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, now};

const HERE: &str = "203.0.113.9";
const THERE: &str = "203.0.113.8";

async fn asks(portal: &TestPortal, address: &str, from: &str) -> Answer {
    let request = Request::get(address).header("x-forwarded-for", from);
    portal.send(request.body(Body::empty()).unwrap()).await
}

fn waits(answer: &Answer) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    let seconds: i64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn whoever_knocks_too_often_waits_and_nobody_else() {
    let portal = TestPortal::signed_in().await;
    for _ in 0..60 {
        let knock = asks(&portal, "/sign-in/callback", HERE).await;
        assert_eq!(knock.status, 400, "{}", knock.text());
    }
    let page = asks(&portal, "/sign-in/callback", HERE).await;
    waits(&page);
    assert!(page.text().contains("<!DOCTYPE html>"), "{}", page.text());
    let elsewhere = asks(&portal, "/sign-in/callback", THERE).await;
    assert_eq!(elsewhere.status, 400);
    // Anyone who is in is not kept from what is theirs.
    let cookie = portal.cookie("viewer", now()).await;
    let overview = portal.get_as("/api/v1/overview", Some(&cookie)).await;
    assert_eq!(overview.status, 200);
}

#[tokio::test]
async fn an_address_that_nobody_is_known_at_is_told_to_wait_in_json() {
    let portal = TestPortal::signed_in().await;
    for _ in 0..1000 {
        asks(&portal, "/api/v1/me", HERE).await.problem(401);
    }
    let answer = asks(&portal, "/api/v1/me", HERE).await;
    answer.problem(429);
    waits(&answer);
    let wrong = Request::get("/api/v1/me")
        .header("x-forwarded-for", HERE)
        .header("authorization", "Bearer x")
        .body(Body::empty());
    waits(&portal.send(wrong.unwrap()).await);
    let document = portal.json("/api/openapi.json").await;
    let operations = document["paths"].as_object().unwrap().values();
    for operation in operations.flat_map(|path| path.as_object().unwrap().values()) {
        let documented = &operation["responses"]["429"];
        assert!(
            documented["headers"]["Retry-After"].is_object(),
            "{operation}"
        );
    }
}

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

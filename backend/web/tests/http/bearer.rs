//! Bearer tokens: what does not prove anything is refused in one way, and nothing beside it counts.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use testkit::{Answer, TestPortal, now};

const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// Texts that open nothing, each of another shape.
fn wrong() -> Vec<String> {
    let secret = "A".repeat(43);
    vec![
        "x".to_owned(),
        format!("towpath_{ID}_{secret}"),
        format!("towpath_{ID}_"),
        format!("towpath_{ID}"),
        format!("towpath_{}_{secret}", ID.to_lowercase()),
        "towpath-aws-v1.e30".to_owned(),
        "e30.e30.e30".to_owned(),
        "...".to_owned(),
    ]
}

fn shows(method: &Method, address: &str, authorization: &[&str]) -> Request<Body> {
    let request = Request::builder().method(method).uri(address);
    let request = authorization.iter().fold(request, |request, value| {
        request.header(header::AUTHORIZATION, *value)
    });
    request.body(Body::empty()).unwrap()
}

fn challenge(answer: &Answer) -> &str {
    answer.header("www-authenticate")
}

#[tokio::test]
async fn what_opens_nothing_is_answered_the_same_at_every_address() {
    let portal = TestPortal::signed_in().await;
    let local = TestPortal::new().await;
    for text in wrong() {
        let bearer = format!("Bearer {text}");
        let mut bodies = Vec::new();
        for site in [&portal, &local] {
            for address in ["/api/v1/overview", "/", "/wallet/dev/latest.apk"] {
                let asked = shows(&Method::GET, address, &[&bearer]);
                let answer = site.send(asked).await;
                answer.problem(401);
                assert_eq!(
                    challenge(&answer),
                    "Bearer realm=\"Towpath\", error=\"invalid_token\""
                );
                bodies.push(answer.text());
            }
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "{text}: {bodies:?}");
    }
}

#[tokio::test]
async fn another_scheme_is_told_what_to_send() {
    let portal = TestPortal::signed_in().await;
    for given in [
        &["Basic YTpi"][..],
        &["Bearer"],
        &["Bearer "],
        &["Bearer x", "Bearer y"],
        &["towpath"],
    ] {
        let asked = shows(&Method::GET, "/api/v1/overview", given);
        let answer = portal.send(asked).await;
        let problem = answer.problem(401);
        assert!(problem["detail"].as_str().unwrap().contains("Bearer"));
        assert!(challenge(&answer).contains("invalid_request"), "{given:?}");
    }
}

#[tokio::test]
async fn a_cookie_beside_a_wrong_token_does_not_count() {
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("admins", now()).await;
    let alone = portal.get_as("/api/v1/overview", Some(&cookie)).await;
    assert_eq!(alone.status, 200);
    let both = Request::builder()
        .uri("/api/v1/overview")
        .header(header::COOKIE, &cookie)
        .header(header::AUTHORIZATION, "Bearer x")
        .body(Body::empty());
    portal.send(both.unwrap()).await.problem(401);
}

#[tokio::test]
async fn addresses_that_ask_nobody_do_not_ask_bearers() {
    let portal = TestPortal::signed_in().await;
    for address in ["/signed-out", "/healthz", "/api/openapi.json"] {
        let asked = shows(&Method::GET, address, &["Basic YTpi"]);
        assert_eq!(portal.send(asked).await.status, 200, "{address}");
    }
}

#[tokio::test]
async fn a_token_in_the_address_is_nobodys() {
    let portal = TestPortal::signed_in().await;
    for name in ["access_token", "token", "bearer"] {
        let address = format!("/api/v1/overview?{name}=x");
        let answer = portal.get_as(&address, None).await;
        answer.problem(401);
    }
}

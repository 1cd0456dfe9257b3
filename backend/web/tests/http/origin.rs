//! Requests that come through CloudFront, which adds a secret to each, and requests that come around it.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, header},
};
use identity::{sign_in::GivenSecret, webhook::Webhooks};
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, log::Log, now};
use web::{OriginKey, WebhookState, endpoints, webhooks_alone};

const KEY: &str = "a-key-of-the-tests-0123456789abcdef";
const HEADER: &str = "x-towpath-origin";

/// The address of a CloudFront server, as API Gateway appends it.
const EDGE: &str = "130.176.1.1";

fn key() -> OriginKey {
    OriginKey::new(KEY).unwrap()
}

async fn behind_cloudfront() -> TestPortal {
    let mut portal = TestPortal::signed_in().await;
    portal.reroute(|state| state.origin_key = Some(key()));
    portal
}

/// A request as it comes through CloudFront and API Gateway from a viewer who sent these `X-Forwarded-For`.
async fn from(portal: &TestPortal, viewer: &str, sent: &[&str], bearer: &str) -> Answer {
    let mut request = Request::get("/api/v1/me").header(HEADER, KEY);
    let (last, others) = sent.split_last().unwrap_or((&"", &[]));
    for other in others {
        request = request.header("x-forwarded-for", *other);
    }
    let comma = if last.is_empty() { "" } else { "," };
    let request = request
        .header("x-forwarded-for", format!("{last}{comma}{viewer}, {EDGE}"))
        .header(header::AUTHORIZATION, format!("Bearer {bearer}"));
    portal.send(request.body(Body::empty()).unwrap()).await
}

/// Two tokens: one that works, and one of the same name with another secret.
async fn tokens(portal: &TestPortal) -> (String, String) {
    let cookie = portal.cookie("viewer", now()).await;
    let asked = json!({"label": "ci", "permit": {"may": ["view"], "apps": ["wallet"], "environments": ["dev"]}, "hours": 24});
    let request = Request::post("/api/v1/tokens")
        .header(HEADER, KEY)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json");
    let made = portal.send(request.body(asked.to_string().into()).unwrap());
    let made = made.await;
    assert_eq!(made.status, 200, "{}", made.text());
    let right = made.json()["bearer"].as_str().unwrap().to_owned();
    let wrong = format!("{}{}", &right[..35], "A".repeat(43));
    (right, wrong)
}

#[tokio::test]
async fn no_endpoint_answers_a_request_that_did_not_come_through_cloudfront() {
    let portal = behind_cloudfront().await;
    let others = [
        ("GET", "/nothing/is/here"),
        ("PATCH", "/"),
        ("GET", "/wallet/"),
    ];
    let all = endpoints().into_iter();
    let all = all.map(|(method, path)| (method.to_string(), path.replace(['{', '}', '*'], "")));
    let others = others.map(|(method, path)| (method.to_owned(), path.to_owned()));
    let cookie = portal.cookie("admins", now()).await;
    for (method, path) in all.chain(others) {
        for shown in [
            None,
            Some(""),
            Some("wrong"),
            Some(&KEY[1..]),
            Some(&KEY.to_uppercase()),
        ] {
            let mut request = Request::builder().method(method.as_str()).uri(&path);
            request = request.header(header::COOKIE, &cookie);
            if let Some(shown) = shown {
                request = request.header(HEADER, shown);
            }
            let answer = portal.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 403, "{method} {path} with {shown:?}");
            if method != "HEAD" {
                answer.problem(403);
            }
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
    let healthy = Request::get("/healthz").header(HEADER, KEY);
    let healthy = portal.send(healthy.body(Body::empty()).unwrap()).await;
    assert_eq!(healthy.status, 200);
}

#[tokio::test]
async fn while_the_key_is_rotated_the_old_and_the_new_one_are_accepted_and_no_other() {
    const NEW: &str = "another-key-of-the-tests-fedcba9876543210";
    let mut portal = behind_cloudfront().await;
    portal
        .reroute(|state| state.origin_key = Some(OriginKey::new(&format!("{NEW} {KEY}")).unwrap()));
    let both = format!("{NEW} {KEY}");
    for (key, status) in [(NEW, 200), (KEY, 200), (&both, 403), (&KEY[1..], 403)] {
        let asked = Request::get("/healthz").header(HEADER, key);
        let answer = portal.send(asked.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{key}");
    }
}

#[tokio::test]
async fn webhooks_come_through_cloudfront_too() {
    let site = TestPortal::new().await;
    let secrets = r#"{"github": {"acme": {"current": "a secret of the tests"}}}"#;
    let router = webhooks_alone(WebhookState {
        portal: site.portal.clone(),
        webhooks: Webhooks::new(Arc::new(GivenSecret(secrets.to_owned()))),
        clock: now,
        origin_key: Some(key()),
    });
    for (shown, status) in [("", 403), ("wrong", 403), (KEY, 401)] {
        let request = Request::post("/hooks/github/acme").header(HEADER, shown);
        let answer = Answer::of(&router, request.body("{}".into()).unwrap()).await;
        answer.problem(status);
    }
    for (path, status) in [("/hooks/github/acme", 403), ("/elsewhere", 403)] {
        let request = Request::post(path).body("{}".into()).unwrap();
        Answer::of(&router, request).await.problem(status);
    }
    let large = Request::post("/hooks/github/acme")
        .header(HEADER, KEY)
        .header("cookie", "x".repeat(10_000));
    let large = Answer::of(&router, large.body("{}".into()).unwrap()).await;
    large.problem(431);
}

#[tokio::test]
async fn whoever_guesses_is_locked_out_by_the_address_that_cloudfront_saw() {
    let portal = behind_cloudfront().await;
    let (right, wrong) = tokens(&portal).await;
    let (guesser, victim) = ("198.51.100.7", "203.0.113.9");
    // What a guesser sends makes neither many of one nor somebody else.
    let invented: [&[&str]; 10] = [
        &[],
        &[victim],
        &["203.0.113.9, 203.0.113.10, 203.0.113.11"],
        &[victim, victim],
        &["203.0.113.9:1234"],
        &["[::1]:1"],
        &["nonsense, , ,\"203.0.113.9\""],
        &["203.0.113.9,130.176.1.1"],
        &["203.0.113.9, 130.176.1.1", "203.0.113.9, 130.176.1.1"],
        &[","],
    ];
    for sent in invented {
        let answer = from(&portal, guesser, sent, &wrong).await;
        assert_eq!(answer.status, 401, "{sent:?}: {}", answer.text());
    }
    for sent in invented {
        let locked = from(&portal, guesser, sent, &right).await;
        assert_eq!(locked.status, 429, "{sent:?}, also with the right one");
    }
    for spared in [victim, "198.51.100.8", EDGE] {
        let answer = from(&portal, spared, &[guesser], &right).await;
        assert_eq!(answer.status, 200, "{spared}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_network_of_ipv6_is_locked_out_as_one_and_its_neighbour_is_not() {
    let portal = behind_cloudfront().await;
    let (right, wrong) = tokens(&portal).await;
    for number in 0..10 {
        let viewer = format!("2001:db8:1:2:{number:x}::1");
        assert_eq!(from(&portal, &viewer, &[], &wrong).await.status, 401);
    }
    let same = from(&portal, "2001:db8:1:2:ffff::1", &[], &right).await;
    assert_eq!(same.status, 429);
    let next = from(&portal, "2001:db8:1:3::1", &[], &right).await;
    assert_eq!(next.status, 200, "{}", next.text());
}

#[tokio::test]
async fn without_the_key_the_entry_before_the_last_is_believed_of_nobody() {
    let portal = TestPortal::signed_in().await;
    let (right, wrong) = tokens(&portal).await;
    for number in 0..10 {
        let invented = format!("203.0.113.{number}");
        // The last entry is that of the edge, which here stands for the caller.
        assert_eq!(from(&portal, &invented, &[], &wrong).await.status, 401);
    }
    assert_eq!(from(&portal, "203.0.113.77", &[], &right).await.status, 429);
}

#[tokio::test]
async fn the_access_log_and_the_audit_log_have_the_viewers_address_and_no_log_the_key() {
    let log = Log::of_this_test("trace");
    let portal = behind_cloudfront().await;
    let cookie = portal.cookie("admins", now()).await;
    let ask = async |request: axum::http::request::Builder, body: &Value| {
        let request = request
            .header(HEADER, KEY)
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header(
                "x-forwarded-for",
                format!("192.0.2.99, 198.51.100.7, {EDGE}"),
            );
        let body = Body::from(body.to_string());
        portal.send(request.body(body).unwrap()).await
    };
    let hold = json!({"environment": "preprod", "reason": "payments are down"});
    let answer = ask(Request::post("/api/v1/holds"), &hold).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    let audit = ask(Request::get("/api/v1/audit"), &Value::Null)
        .await
        .json();
    assert_eq!(audit["entries"]["items"][0]["from"], "198.51.100.7");
    let around = Request::get("/wallet").header(HEADER, "nearly the right key");
    let around = around.header("x-forwarded-for", "203.0.113.50");
    let around = portal.send(around.body(Body::empty()).unwrap()).await;
    assert!(!around.text().contains("nearly the right"));
    let logged = log.text();
    let answered: Vec<_> = logged
        .lines()
        .filter(|line| line.contains("answered"))
        .collect();
    assert!(
        answered.iter().all(|line| line.contains("198.51.100.7")) && answered.len() == 2,
        "{answered:?}"
    );
    assert!(logged.contains("203.0.113.50"), "{logged}");
    for secret in [KEY, "nearly the right", "192.0.2.99"] {
        assert!(!logged.contains(secret), "{secret}");
    }
}

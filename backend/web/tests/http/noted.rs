//! What the audit log keeps of a request's circumstances.

use axum::http::{Request, header};
use testkit::{TestPortal, now};

const HOLD: &str = r#"{"environment": "preprod", "reason": "payments are down"}"#;

fn hold() -> axum::http::request::Builder {
    Request::post("/api/v1/holds").header(header::CONTENT_TYPE, "application/json")
}

#[tokio::test]
async fn a_person_is_noted_with_their_session_and_where_they_came_from() {
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("admins", now()).await;
    let made_up = "203.0.113.9, ".repeat(40);
    let request = hold()
        .header(header::COOKIE, &cookie)
        .header("x-forwarded-for", format!("{made_up}198.51.100.7"));
    let held = portal.send(request.body(HOLD.into()).unwrap()).await;
    assert!(held.status.is_success(), "{}", held.text());
    let log = portal.get_as("/api/v1/audit", Some(&cookie)).await.json();
    let entry = &log["entries"]["items"][0];
    assert_eq!(entry["by"]["name"], "admins@example.com", "{log}");
    assert_eq!(entry["proof"], "session of https://issuer.example");
    assert_eq!(entry["from"], "198.51.100.7");
}

#[tokio::test]
async fn the_local_user_is_noted_as_such() {
    let site = TestPortal::new().await;
    let held = site.send(hold().body(HOLD.into()).unwrap()).await;
    assert!(held.status.is_success(), "{}", held.text());
    let log = site.get("/api/v1/audit").await.json();
    let entry = &log["entries"]["items"][0];
    assert_eq!(entry["proof"], "local", "{log}");
    assert!(entry.get("from").is_none());
}

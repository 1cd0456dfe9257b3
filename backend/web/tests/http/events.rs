//! Events that come in over HTTP.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, event, now};

async fn raw(site: &TestPortal, body: impl Into<Body>) -> Answer {
    let request = Request::post("/api/v1/events")
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8");
    site.send(request.body(body.into()).unwrap()).await
}

async fn recorded(site: &TestPortal) -> usize {
    let runs = site.json("/api/v1/apps/wallet/runs").await;
    runs["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_event_twice_is_recorded_once() {
    let site = TestPortal::new().await;
    let event = event("wallet-dev", "e-1", "STARTED", 1);
    let first = site.post("/api/v1/events", &event).await.json();
    assert_eq!(
        (
            first["events"].as_array().unwrap().len(),
            &first["duplicates"]
        ),
        (1, &json!(0))
    );
    let again = site
        .post("/api/v1/events", &json!([event, event]))
        .await
        .json();
    assert_eq!(again["duplicates"], 2);
    assert_eq!(recorded(&site).await, 1);
}

#[tokio::test]
async fn what_people_report_is_claimed_and_says_so() {
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("admins", now()).await;
    let event = event("wallet-dev", "e-1", "STARTED", 1);
    let ask = |method, address, body| {
        let (portal, cookie) = (&portal, &cookie);
        async move {
            let answer = portal.ask(&method, address, Some(cookie), &body).await;
            answer.json()
        }
    };
    let delivered = ask(Method::POST, "/api/v1/events", event).await;
    assert_eq!(delivered["claimed"], 1, "{delivered}");
    let runs = ask(Method::GET, "/api/v1/apps/wallet/runs", Value::Null).await;
    let id = runs["items"][0]["id"].as_str().unwrap().to_owned();
    let run = ask(Method::GET, &format!("/api/v1/runs/{id}"), Value::Null).await;
    assert_eq!(run["known"], "claimed", "{run}");
}

#[tokio::test]
async fn one_bad_event_of_several_is_named_and_none_is_recorded() {
    let site = TestPortal::new().await;
    let mut bad = event("wallet-dev", "e-2", "STARTED", 1);
    bad["detail"]
        .as_object_mut()
        .unwrap()
        .remove("execution-id");
    let delivery = json!([event("wallet-dev", "e-1", "STARTED", 1), bad]);
    let problem = site.post("/api/v1/events", &delivery).await.problem(400);
    assert!(
        problem["field"].as_str().unwrap().starts_with("[1].detail"),
        "{problem}"
    );
    assert_eq!(recorded(&site).await, 0);
}

#[tokio::test]
async fn what_is_no_event_is_refused_with_a_reason() {
    let site = TestPortal::new().await;
    let mut long = event("wallet-dev", "e-1", "STARTED", 1);
    long["detail"]["padding"] = "x".repeat(300 << 10).into();
    let bodies: [Value; 6] = [
        json!("text"),
        json!({}),
        json!([]),
        json!(vec![1; 101]),
        json!({"source": "aws.moon", "detail-type": "x", "detail": {}}),
        long,
    ];
    for body in &bodies {
        let answer = site.post("/api/v1/events", body).await;
        let problem = answer.problem(400);
        assert!(problem["detail"].as_str().unwrap().len() > 10, "{problem}");
    }
    raw(&site, "{\"source\":").await.problem(400);
    raw(&site, "[1,").await.problem(400);
    raw(&site, "").await.problem(400);
    raw(&site, vec![0xff, 0xfe]).await.problem(400);
    assert_eq!(recorded(&site).await, 0);
}

#[tokio::test]
async fn an_authentic_message_that_says_nothing_is_accepted() {
    let site = TestPortal::new().await;
    let mut other = event("wallet-dev", "e-1", "STARTED", 1);
    other["detail-type"] = "CodePipeline Pipeline Renamed".into();
    let answer = site.post("/api/v1/events", &other).await;
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    assert_eq!(answer["ignored"][0]["index"], 0);
    assert!(
        answer["ignored"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("Renamed"),
        "{answer}"
    );
}

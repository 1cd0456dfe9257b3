//! Anyone who has no right to something cannot write to the audit log by asking for it.

use axum::http::{Method, Request, header};
use serde_json::{Value, json};

use testkit::{Answer, TestPortal, apk::apk, log::Log, now, promise, put, two_apps::TwoApps};

/// Everybody's requests of a portal with a path from lab over dev to prod.
async fn portal() -> TestPortal {
    let builder = TestPortal::builder().config(&TwoApps::config());
    builder.oidc().start().await
}

async fn done(portal: &TestPortal, address: &str, body: &Value) -> Value {
    let cookie = portal.cookie("admins", now()).await;
    let answer = portal
        .ask(&Method::POST, address, Some(&cookie), body)
        .await;
    assert!(answer.status.is_success(), "{address}: {}", answer.text());
    answer.json()
}

/// A build of the wallet in lab.
async fn build(portal: &TestPortal) -> String {
    let promised = json!({"files": [promise("app.apk", &apk(b"an app"))], "environment": "lab"});
    let plan = done(portal, "/api/v1/apps/wallet/uploads", &promised).await;
    put(&plan["files"][0], &apk(b"an app")).await;
    let cookie = portal.cookie("admins", now()).await;
    let upload = plan["id"].as_str().unwrap();
    portal.complete(upload, Some(&cookie)).await
}

/// How many entries the audit log has.
async fn entries(portal: &TestPortal) -> u64 {
    let cookie = portal.cookie("admins", now()).await;
    let log = portal.get_as("/api/v1/audit", Some(&cookie)).await.json();
    let newest = &log["entries"]["items"][0]["number"];
    newest.as_u64().unwrap_or_default()
}

async fn as_viewer(portal: &TestPortal, bearer: &str, address: &str, body: &Value) -> Answer {
    let request = Request::post(address)
        .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
        .header(header::CONTENT_TYPE, "application/json");
    let request = request.body(body.to_string().into()).unwrap();
    portal.send(request).await
}

#[tokio::test]
async fn a_token_that_may_only_look_adds_nothing_to_the_audit_log_however_often_it_asks() {
    let log = Log::of_this_test("portal=info");
    let portal = portal().await;
    let build = build(&portal).await;
    let reason = || json!({"reason": "a test"});
    let to = |to: &str| json!({"build": build, "to": to, "reason": "a test"});
    let waiting = done(&portal, "/api/v1/promotions", &to("dev")).await;
    let (id, digest) = (waiting["id"].as_str().unwrap(), &waiting["digest"]);
    let asked = json!({"label": "look", "permit": {"may": ["view"]}, "hours": 1});
    let token = done(&portal, "/api/v1/tokens", &asked).await;
    let bearer = token["bearer"].as_str().unwrap();

    let before = entries(&portal).await;
    assert!(before > 0);
    for _ in 0..50 {
        let answer = as_viewer(&portal, bearer, "/api/v1/promotions", &to("prod")).await;
        let problem = answer.problem(403);
        assert!(
            problem["refusals"].as_array().unwrap().len() > 1,
            "{problem}"
        );
    }
    let on = json!({"what": "environment", "environment": "prod"});
    let bypass = json!({"gates": ["approvals"], "reason": "a test"});
    let rollback = "/api/v1/apps/wallet/environments/lab/rollback";
    let everything_else = [
        (
            "/api/v1/promotions".to_owned(),
            json!({"build": build, "to": "dev", "reason": "x", "bypass": bypass}),
        ),
        (
            format!("/api/v1/promotions/{id}/approve"),
            json!({"digest": digest}),
        ),
        (format!("/api/v1/promotions/{id}/reject"), reason()),
        (format!("/api/v1/promotions/{id}/cancel"), reason()),
        (format!("/api/v1/promotions/{id}/abandon"), reason()),
        (rollback.to_owned(), json!({"build": build, "reason": "x"})),
        (
            "/api/v1/holds".to_owned(),
            json!({"environment": "prod", "reason": "x"}),
        ),
        ("/api/v1/holds/lift".to_owned(), json!({"on": on})),
        (format!("/api/v1/builds/{build}/withdraw"), reason()),
        (format!("/api/v1/builds/{build}/restore"), reason()),
        (
            "/api/v1/links".to_owned(),
            json!({"to": {"kind": "build", "build": build}, "hours": 1}),
        ),
        ("/api/v1/tokens".to_owned(), asked.clone()),
        (
            "/api/v1/sessions/end-all".to_owned(),
            json!({"person": "admins@example.com"}),
        ),
    ];
    for (address, body) in &everything_else {
        let answer = as_viewer(&portal, bearer, address, body).await;
        assert_eq!(answer.status, 403, "{address}: {}", answer.text());
    }
    assert_eq!(entries(&portal).await, before);
    // The request log says who asked for what.
    let told = log.text();
    assert!(told.matches("promotion-forbidden").count() >= 50, "{told}");
    assert!(told.contains("admins@example.com/look") && told.contains(&build));
}

//! Every endpoint, asked by programs: by tokens and by a workload, in the rows of the table of what people get.

use axum::http::Method;
use serde_json::{Value, json};
use testkit::now;

use crate::{access, ci::Ci, workloads::Yard};

/// A release job: it registers, reports and promotes for wallet in dev.
fn job(ci: &Ci) -> String {
    format!(
        r#"
[[workloads]]
name = "wallet-release"
from = "github"
issuer = "{}"
repository_id = "74"
refs = ["refs/heads/main"]
may = ["register", "report", "promote"]
apps = ["wallet"]
environments = ["dev"]
"#,
        ci.address
    )
}

/// A token of an administrator of everything.
async fn token(yard: &Yard, label: &str, permit: Value) -> String {
    let cookie = yard.site.cookie("admins", now()).await;
    let request = json!({"label": label, "permit": permit, "hours": 1});
    let method = Method::POST;
    let made = yard
        .site
        .ask(&method, "/api/v1/tokens", Some(&cookie), &request);
    made.await.json()["bearer"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn programs_get_what_their_permits_say_from_every_endpoint_and_never_what_is_a_persons() {
    let ci = Ci::start().await;
    let yard = Yard::of(&job(&ci), None).await;
    let things = access::things(&yard.site).await;
    let every = [
        "view", "download", "register", "report", "promote", "hold", "withdraw", "audit",
    ];
    let callers = [
        token(&yard, "everything", json!({"may": every})).await,
        token(
            &yard,
            "looks",
            json!({"may": ["view"], "apps": ["wallet"], "environments": ["dev"]}),
        )
        .await,
        ci.token(&json!({})),
    ];
    let rows = access::all(&things);
    for (index, (method, pattern, ..)) in rows.iter().enumerate() {
        let row = format!("{method} {pattern}");
        let here = EXPECTED.get(index).map_or("the end", |(row, _)| *row);
        assert_eq!(here, row, "bearers.rs lacks that row before row {index}");
    }
    let mut wrong = Vec::new();
    for (index, (method, pattern, address, body, _)) in rows.iter().enumerate() {
        let asked: Method = method.parse().unwrap();
        let mut found = String::new();
        for bearer in &callers {
            let answer = yard.ask(asked.clone(), address, bearer, body).await;
            found.push(access::letter(&answer));
        }
        let row = format!("{method} {pattern}");
        let expected = EXPECTED.get(index).copied().unwrap_or_default();
        if expected != (row.as_str(), found.as_str()) {
            wrong.push(format!("{row} ({address}): {found}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert_eq!(rows.len(), EXPECTED.len());
}

/// For each row of the table of what people get, what three programs get: a token of an administrator that permits everything
/// that a token can, a token that looks at wallet in dev, and a job that registers, reports and promotes there.
const EXPECTED: [(&str, &str); 149] = [
    ("GET /api/v1/overview", "yyy"),
    ("GET /api/v1/apps", "yyy"),
    ("GET /api/v1/apps/{app}", "yyy"),
    ("GET /api/v1/apps/{app}", "y--"),
    ("GET /api/v1/apps/{app}/builds", "yyy"),
    ("GET /api/v1/apps/{app}/builds", "y--"),
    ("GET /api/v1/apps/{app}/uploads", "yyy"),
    ("GET /api/v1/apps/{app}/uploads", "y--"),
    ("GET /api/v1/apps/{app}/runs", "yyy"),
    ("GET /api/v1/apps/{app}/runs", "y--"),
    ("GET /api/v1/apps/{app}/environments/{environment}", "yyy"),
    ("GET /api/v1/apps/{app}/environments/{environment}", "yyy"),
    ("GET /api/v1/apps/{app}/environments/{environment}", "y--"),
    (
        "GET /api/v1/apps/{app}/environments/{environment}/releases",
        "yyy",
    ),
    (
        "GET /api/v1/apps/{app}/environments/{environment}/releases",
        "y--",
    ),
    (
        "GET /api/v1/apps/{app}/environments/{environment}/latest.apk",
        "ynn",
    ),
    (
        "GET /api/v1/apps/{app}/environments/{environment}/latest.apk",
        "ynn",
    ),
    (
        "GET /api/v1/apps/{app}/environments/{environment}/latest.apk",
        "---",
    ),
    (
        "GET /api/v1/apps/{app}/environments/{environment}/promotions",
        "yyy",
    ),
    (
        "GET /api/v1/apps/{app}/environments/{environment}/promotions",
        "y--",
    ),
    ("GET /api/v1/unassigned/pipelines", "y--"),
    ("GET /api/v1/unassigned/runs", "y--"),
    ("GET /api/v1/builds/{id}", "yyy"),
    ("GET /api/v1/builds/{id}/downloads", "ynn"),
    ("GET /api/v1/builds/{id}/files/{digest}", "ynn"),
    ("GET /api/v1/builds/{id}/files/{digest}", "ynn"),
    ("GET /api/v1/builds/{id}/options", "yyy"),
    ("GET /api/v1/runs/{id}", "yyy"),
    ("GET /api/v1/runs/{id}", "y--"),
    ("GET /api/v1/compare", "yyy"),
    ("GET /api/v1/promotions", "yyy"),
    ("GET /api/v1/promotions/{id}", "---"),
    ("GET /api/v1/holds", "yyy"),
    ("GET /api/v1/audit", "ynn"),
    ("GET /api/v1/audit/seals", "ynn"),
    ("GET /api/v1/audit/verify", "ynn"),
    ("GET /api/v1/me", "yyy"),
    ("GET /settings", "yyy"),
    ("GET /settings/tokens", "nnn"),
    ("GET /settings/tokens", "nnn"),
    ("GET /api/v1/tokens", "nnn"),
    ("GET /api/v1/tokens", "nnn"),
    ("GET /api/v1/sessions", "nnn"),
    ("GET /api/v1/access", "nnn"),
    ("GET /api/v1/configuration", "nnn"),
    ("GET /sign-in/resume", "yyy"),
    ("GET /settings/access", "nnn"),
    ("GET /settings/configuration", "nnn"),
    ("GET /settings/sessions", "nnn"),
    ("GET /settings/privacy", "yyy"),
    ("GET /", "yyy"),
    ("GET /unassigned", "y--"),
    ("GET /unassigned/pipelines", "y--"),
    ("GET /promotions", "yyy"),
    ("GET /promotions/{id}", "---"),
    ("GET /holds", "yyy"),
    ("GET /audit", "ynn"),
    ("GET /audit/verify", "ynn"),
    ("GET /compare", "yyy"),
    ("GET /compare", "yyy"),
    ("GET /{app}/builds/{id}/downloads", "ynn"),
    ("GET /{app}/{environment}/rollback", "yny"),
    ("GET /{app}/{environment}/rollback", "ynn"),
    ("GET /runs/{*id}", "yyy"),
    ("GET /runs/{*id}", "y--"),
    ("GET /{app}", "yyy"),
    ("GET /{app}", "y--"),
    ("GET /{app}/builds", "yyy"),
    ("GET /{app}/builds", "y--"),
    ("GET /{app}/runs", "yyy"),
    ("GET /{app}/runs", "y--"),
    ("GET /{app}/builds/{id}", "yyy"),
    ("GET /{app}/builds/{id}", "---"),
    ("GET /{app}/builds/{id}/icon", "---"),
    ("GET /{app}/builds/{id}/files/{digest}", "ynn"),
    ("GET /{app}/builds/{id}/files/{digest}", "ynn"),
    ("GET /{app}/builds/{id}/files/{digest}", "---"),
    ("GET /{app}/{environment}", "yyy"),
    ("GET /{app}/{environment}", "y--"),
    ("GET /{app}/{environment}/latest.apk", "ynn"),
    ("GET /{app}/{environment}/latest.apk", "ynn"),
    ("POST /api/v1/events", "yny"),
    ("POST /api/v1/events", "ynn"),
    ("POST /api/v1/events", "yn-"),
    ("POST /api/v1/events", "yn-"),
    ("POST /api/v1/events", "yn-"),
    ("POST /api/v1/apps/{app}/uploads", "yny"),
    ("POST /api/v1/apps/{app}/uploads", "ynn"),
    ("POST /api/v1/apps/{app}/uploads", "y--"),
    ("GET /api/v1/uploads/{id}", "yn-"),
    ("POST /api/v1/uploads/{id}/complete", "yn-"),
    ("POST /api/v1/promotions", "yny"),
    ("POST /api/v1/promotions", "ynn"),
    ("POST /api/v1/promotions/{id}/approve", "---"),
    ("POST /api/v1/promotions/{id}/reject", "---"),
    ("POST /api/v1/promotions/{id}/cancel", "---"),
    ("POST /api/v1/promotions/{id}/abandon", "---"),
    (
        "POST /api/v1/apps/{app}/environments/{environment}/rollback",
        "---",
    ),
    ("POST /api/v1/holds", "ynn"),
    ("POST /api/v1/holds", "y--"),
    ("POST /api/v1/holds", "ynn"),
    ("POST /api/v1/holds/lift", "ynn"),
    ("POST /api/v1/builds/{id}/withdraw", "ynn"),
    ("POST /api/v1/builds/{id}/restore", "ynn"),
    ("POST /api/v1/sessions/end-others", "nnn"),
    ("POST /api/v1/sessions/{id}/end", "nnn"),
    ("POST /api/v1/sessions/end-all", "nnn"),
    ("POST /api/v1/privacy/export", "nnn"),
    ("POST /api/v1/privacy/export", "nnn"),
    ("POST /api/v1/privacy/erase", "nnn"),
    ("POST /api/v1/tokens", "nnn"),
    ("POST /api/v1/tokens/{id}/revoke", "nnn"),
    ("GET /api/v1/links", "yyy"),
    ("POST /api/v1/links", "nnn"),
    ("POST /api/v1/links", "nnn"),
    ("POST /api/v1/links", "n--"),
    ("POST /api/v1/links", "nnn"),
    ("POST /api/v1/links", "nnn"),
    ("POST /api/v1/links", "---"),
    ("POST /api/v1/links/{id}/revoke", "---"),
    ("GET /settings/links", "yyy"),
    ("GET /settings/links/new", "nnn"),
    ("GET /settings/links/new", "nnn"),
    ("GET /settings/links/new", "nnn"),
    ("POST /settings/links/new", "nnn"),
    ("POST /settings/links/new", "nnn"),
    ("POST /settings/links/new", "n--"),
    ("POST /settings/links/new", "nnn"),
    ("POST /settings/links/{id}/revoke", "---"),
    ("POST /settings/sessions/end-others", "nnn"),
    ("POST /settings/sessions/{id}/end", "nnn"),
    ("POST /settings/sessions/end-all", "nnn"),
    ("POST /settings/privacy/export", "nnn"),
    ("POST /settings/privacy/export", "nnn"),
    ("POST /settings/privacy/erase", "nnn"),
    ("POST /{app}/builds/{id}/promote", "yny"),
    ("POST /{app}/builds/{id}/withdraw", "ynn"),
    ("POST /{app}/builds/{id}/restore", "ynn"),
    ("POST /{app}/{environment}/rollback", "yny"),
    ("POST /{app}/{environment}/rollback", "ynn"),
    ("POST /promotions/{id}/approve", "---"),
    ("POST /promotions/{id}/reject", "---"),
    ("POST /promotions/{id}/cancel", "---"),
    ("POST /promotions/{id}/abandon", "---"),
    ("POST /settings/tokens", "nnn"),
    ("POST /settings/tokens/{id}/revoke", "nnn"),
    ("POST /holds", "ynn"),
    ("POST /holds", "ynn"),
    ("POST /holds/lift", "ynn"),
];

//! What the API answers when all is well: every route once, over a portal with something in it.

use serde_json::json;
use testkit::{TestPortal, apk::apk, event, run};

use crate::document::Document;

#[tokio::test]
async fn every_answer_is_what_the_document_says() {
    let site = TestPortal::new().await;
    let document = Document::of(&site).await;
    let apk = &apk(b"not much of an app");
    let build = site
        .push("dev", &[("app.apk", apk), ("mapping.txt", b"a -> b")])
        .await;
    let delivery = json!([
        event("wallet-dev", "e-1", "STARTED", 1),
        event("wallet-dev", "e-1", "FAILED", 2),
        event("nobodys", "e-2", "STARTED", 3),
    ]);
    let delivered = site.post("/api/v1/events", &delivery).await;
    assert_eq!(delivered.status, 200, "{}", delivered.text());
    document.check("post", "/api/v1/events", 200, &delivered.json());

    let run = run("wallet-dev", "e-1");
    for (path, address) in [
        ("/api/v1/overview", "/api/v1/overview".to_owned()),
        ("/api/v1/apps", "/api/v1/apps".to_owned()),
        ("/api/v1/apps/{app}", "/api/v1/apps/wallet".to_owned()),
        (
            "/api/v1/apps/{app}/builds",
            "/api/v1/apps/wallet/builds".to_owned(),
        ),
        (
            "/api/v1/apps/{app}/uploads",
            "/api/v1/apps/wallet/uploads".to_owned(),
        ),
        (
            "/api/v1/apps/{app}/runs",
            "/api/v1/apps/wallet/runs?failed=true".to_owned(),
        ),
        (
            "/api/v1/unassigned/pipelines",
            "/api/v1/unassigned/pipelines".to_owned(),
        ),
        (
            "/api/v1/unassigned/runs",
            "/api/v1/unassigned/runs".to_owned(),
        ),
        ("/api/v1/runs/{id}", format!("/api/v1/runs/{run}")),
        ("/api/v1/builds/{id}", format!("/api/v1/builds/{build}")),
        (
            "/api/v1/builds/{id}/downloads",
            format!("/api/v1/builds/{build}/downloads"),
        ),
        (
            "/api/v1/apps/{app}/environments/{environment}",
            "/api/v1/apps/wallet/environments/dev".to_owned(),
        ),
        (
            "/api/v1/apps/{app}/environments/{environment}/releases",
            "/api/v1/apps/wallet/environments/dev/releases".to_owned(),
        ),
    ] {
        let answer = site.json(&address).await;
        document.check("get", path, 200, &answer);
        assert!(
            answer.get("items").is_none_or(
                |items| !items.as_array().unwrap().is_empty() || path.ends_with("downloads")
            ),
            "{address}"
        );
    }
    let latest = site
        .get("/api/v1/apps/wallet/environments/dev/latest.apk")
        .await;
    assert_eq!(latest.status, 302);
    document.check(
        "get",
        "/api/v1/apps/{app}/environments/{environment}/latest.apk",
        302,
        &latest.json(),
    );
    let digest = latest.json()["sha256"].as_str().unwrap().to_owned();
    let file = site
        .get(&format!("/api/v1/builds/{build}/files/{digest}"))
        .await;
    assert_eq!(file.status, 302);
    document.check(
        "get",
        "/api/v1/builds/{id}/files/{digest}",
        302,
        &file.json(),
    );
}

#[tokio::test]
async fn a_link_leads_to_the_bytes_and_is_recorded() {
    let site = TestPortal::new().await;
    let build = site
        .push("dev", &[("app.apk", &apk(b"the very bytes"))])
        .await;
    let answer = site
        .get("/api/v1/apps/wallet/environments/dev/latest.apk?abi=arm64-v8a")
        .await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("cache-control"), "no-store");
    let fetched = reqwest::get(answer.header("location")).await.unwrap();
    assert_eq!(
        fetched.headers()["content-type"],
        "application/vnd.android.package-archive"
    );
    assert!(
        fetched.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .contains("app.apk")
    );
    assert_eq!(fetched.bytes().await.unwrap(), apk(b"the very bytes"));
    let downloads = site
        .json(&format!("/api/v1/builds/{build}/downloads"))
        .await;
    assert_eq!(downloads["items"][0]["environment"], "dev");
    assert!(
        !downloads.to_string().contains("X-Amz"),
        "the link itself is not recorded"
    );
}

//! Builds that come in through presigned links.

use serde_json::json;
use testkit::{TestPortal, promise, put};

const START: &str = "/api/v1/apps/wallet/uploads";

#[tokio::test]
async fn an_upload_continues_where_it_broke_off() {
    let site = TestPortal::new().await;
    let request = json!({"files": [promise("a.apk", b"first"), promise("b.txt", b"second")], "environment": "dev"});
    let plan = site.post(START, &request).await.json();
    let id = plan["id"].as_str().unwrap();
    put(plan["files"][0]["url"].as_str().unwrap(), b"first").await;

    let early = site
        .post(&format!("/api/v1/uploads/{id}/complete"), &json!({}))
        .await;
    assert!(
        matches!(early.status.as_u16(), 400 | 409),
        "{}",
        early.text()
    );

    let again = site.post(START, &request).await.json();
    assert_eq!(again["id"], plan["id"]);
    assert_eq!(
        (&again["files"][0]["state"], &again["files"][1]["state"]),
        (&json!("done"), &json!("put"))
    );
    let same = site.json(&format!("/api/v1/uploads/{id}")).await;
    put(same["files"][1]["url"].as_str().unwrap(), b"second").await;
    let complete = format!("/api/v1/uploads/{id}/complete");
    let built = site.post(&complete, &json!({})).await.json();
    assert_eq!(built["build"]["number"], 1);
    assert_eq!(built["releases"][0]["environment"]["id"], "dev");
    let twice = site.post(&complete, &json!({})).await.json();
    assert_eq!(twice["build"]["id"], built["build"]["id"]);
    assert_eq!(
        site.post(START, &request).await.json()["build"],
        built["build"]["id"]
    );
}

#[tokio::test]
async fn other_bytes_than_promised_are_not_registered() {
    let site = TestPortal::new().await;
    let request = json!({"files": [promise("a.apk", b"right")]});
    let plan = site.post(START, &request).await.json();
    put(plan["files"][0]["url"].as_str().unwrap(), b"wrong").await;
    let id = plan["id"].as_str().unwrap();
    let answer = site
        .post(&format!("/api/v1/uploads/{id}/complete"), &json!({}))
        .await;
    assert!(answer.status.is_client_error(), "{}", answer.text());
    assert_eq!(site.build_count().await, 0);
}

#[tokio::test]
async fn a_promise_that_makes_no_sense_is_refused_where_it_does_not() {
    let site = TestPortal::new().await;
    let file = promise("a.apk", b"a");
    for (request, field) in [
        (json!({}), ""),
        (json!({"files": []}), "files"),
        (json!({"files": [file, file]}), "files[1].name"),
        (
            json!({"files": [{"name": "../a", "size": 1, "sha256": file["sha256"]}]}),
            "files[0].name",
        ),
        (
            json!({"files": [{"name": "app\u{202e}kpa.exe", "size": 1, "sha256": file["sha256"]}]}),
            "files[0].name",
        ),
        (
            json!({"files": [file], "version": "1.0\u{200b}"}),
            "version",
        ),
        (
            json!({"files": [{"name": "a", "size": -1, "sha256": file["sha256"]}]}),
            "files[0].size",
        ),
        (
            json!({"files": [{"name": "a", "size": 1, "sha256": "abc"}]}),
            "files[0].sha256",
        ),
        (
            json!({"files": [{"name": "a", "size": u64::MAX, "sha256": file["sha256"]}]}),
            "files[0].size",
        ),
        (
            json!({"files": [file], "environment": "moon"}),
            "environment",
        ),
        (json!({"files": [file], "enviroment": "dev"}), "enviroment"),
        (json!({"files": [file], "version": ""}), "version"),
        (json!({"files": [file], "run": "x"}), "run"),
    ] {
        let problem = site.post(START, &request).await.problem(400);
        assert_eq!(
            problem["field"].as_str().unwrap_or_default(),
            field,
            "{request}: {problem}"
        );
    }
    site.post("/api/v1/apps/walet/uploads", &json!({"files": [file]}))
        .await
        .problem(404);
}

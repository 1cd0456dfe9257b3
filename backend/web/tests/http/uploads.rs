//! Builds that come in through presigned links.

use portal::uploads::Ended;
use serde_json::json;
use testkit::{TestPortal, apk::apk, at, promise, put};

const START: &str = "/api/v1/apps/wallet/uploads";

#[tokio::test]
async fn an_upload_continues_where_it_broke_off() {
    let site = TestPortal::new().await;
    let request = json!({"files": [promise("a.apk", &apk(b"first")), promise("b.txt", b"second")], "environment": "dev"});
    let plan = site.post(START, &request).await.json();
    let id = plan["id"].as_str().unwrap();
    put(&plan["files"][0], &apk(b"first")).await;

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
    put(&same["files"][1], b"second").await;
    let complete = format!("/api/v1/uploads/{id}/complete");
    let asked = site.post(&complete, &json!({})).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let progress = &asked.json()["registering"];
    assert_eq!(
        (&progress["files_done"], &progress["files"]),
        (&json!(0), &json!(2))
    );
    // Who asks again before it is registered is told the same, wherever they ask.
    let again = site.post(&complete, &json!({})).await;
    assert_eq!((again.status.as_u16(), again.json()), (202, asked.json()));
    let upload = format!("/api/v1/uploads/{id}");
    assert_eq!(site.json(&upload).await, asked.json());
    assert_eq!(site.post(START, &request).await.json(), asked.json());
    assert_eq!(site.build_count().await, 0);

    let now = at("03:00:00");
    let id = id.parse().unwrap();
    let ended = site.portal.uploads().register(&id, now);
    let Ok(Ended::Registered(build)) = ended.await else {
        panic!("not registered");
    };
    assert_eq!(build.number, 1);
    let shown = site.json(&format!("/api/v1/builds/{}", build.id)).await;
    assert_eq!(shown["releases"][0]["environment"]["id"], "dev");
    let twice = site.post(&complete, &json!({})).await;
    assert_eq!(twice.status, 200, "{}", twice.text());
    let started = site.post(START, &request).await;
    for plan in [twice, site.get(&upload).await, started] {
        assert_eq!(plan.json()["build"], shown["build"]["id"]);
    }
}

#[tokio::test]
async fn a_promise_that_makes_no_sense_is_refused_where_it_does_not() {
    let site = TestPortal::new().await;
    let file = promise("a.apk", &apk(b"a"));
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

//! Lists, a page at a time, and what may stand behind the question mark.

use serde_json::json;
use testkit::{TestPortal, event};

#[tokio::test]
async fn pages_of_a_list_follow_each_other() {
    let site = TestPortal::new().await;
    for second in 0..5 {
        let event = event("wallet-dev", &format!("e-{second}"), "STARTED", second);
        assert_eq!(site.post("/api/v1/events", &event).await.status, 200);
    }
    let mut seen = Vec::new();
    let mut address = "/api/v1/apps/wallet/runs?limit=2".to_owned();
    loop {
        let page = site.json(&address).await;
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|run| run["id"].clone()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        address = format!("/api/v1/apps/wallet/runs?limit=2&cursor={next}");
    }
    assert_eq!(seen.len(), 5);
    assert!(seen[0].as_str().unwrap().ends_with("e-4"), "newest first");
}

#[tokio::test]
async fn only_failed_runs_are_shown_when_asked() {
    let site = TestPortal::new().await;
    let delivery = json!([
        event("wallet-dev", "e-1", "FAILED", 1),
        event("wallet-dev", "e-2", "SUCCEEDED", 2)
    ]);
    site.post("/api/v1/events", &delivery).await;
    let failed = site.json("/api/v1/apps/wallet/runs?failed=true").await;
    let ids: Vec<&str> = failed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 1);
    assert!(ids[0].ends_with("e-1"));
}

#[tokio::test]
async fn a_parameter_that_makes_no_sense_is_named() {
    let site = TestPortal::new().await;
    for (query, field) in [
        ("limit=-1", "limit"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("cursor=zz", "cursor"),
        ("cursor=", "cursor"),
        ("page=-1", "page"),
        ("failed=maybe", "failed"),
        ("failed=true&failed=false", "failed"),
    ] {
        for list in ["/api/v1/apps/wallet/runs", "/api/v1/unassigned/runs"] {
            let problem = site.get(&format!("{list}?{query}")).await.problem(400);
            assert_eq!(problem["field"], field, "{query}");
        }
        let page = site.get(&format!("/wallet/runs?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{query}"
        );
    }
    let cursor_of_nothing = site.get("/api/v1/apps/wallet/builds?cursor=ff00").await;
    assert_eq!(cursor_of_nothing.problem(400)["field"], "cursor");
    let abi = site
        .get("/api/v1/apps/wallet/environments/dev/latest.apk?abi=../x")
        .await;
    assert_eq!(abi.problem(400)["field"], "abi");
}

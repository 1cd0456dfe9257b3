//! The pages for people.

use axum::body::Body;
use serde_json::json;
use testkit::{Answer, TestPortal, apk::apk, event, get, run};

async fn page(site: &TestPortal, address: &str) -> Answer {
    let answer = site.get(address).await;
    assert_eq!(answer.status, 200, "{address}: {}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        "text/html; charset=utf-8",
        "{address}"
    );
    assert_eq!(
        answer.header("cache-control"),
        "private, no-cache",
        "{address}"
    );
    answer
}

#[tokio::test]
async fn every_page_is_there_and_known_again() {
    let site = TestPortal::new().await;
    let build = site.push("dev", &[("app.apk", &apk(b"bytes"))]).await;
    site.post(
        "/api/v1/events",
        &json!([
            event("wallet-dev", "e-1", "FAILED", 1),
            event("nobodys", "e-2", "STARTED", 2)
        ]),
    )
    .await;
    for (address, shows) in [
        ("/".to_owned(), "/wallet/dev".to_owned()),
        ("/wallet".to_owned(), build.clone()),
        ("/wallet/builds".to_owned(), build.clone()),
        (
            "/wallet/runs?failed=true".to_owned(),
            "/runs/".to_owned() + &run("wallet-dev", "e-1"),
        ),
        (format!("/wallet/builds/{build}"), "app.apk".to_owned()),
        (
            "/wallet/dev".to_owned(),
            "/wallet/dev/latest.apk".to_owned(),
        ),
        (
            format!("/runs/{}", run("wallet-dev", "e-1")),
            "failed".to_owned(),
        ),
        ("/unassigned".to_owned(), "nobodys".to_owned()),
    ] {
        let answer = page(&site, &address).await;
        assert!(answer.text().contains(&shows), "{address} shows {shows}");
        let tag = answer.header("etag").to_owned();
        let known = site
            .send(
                get(&address)
                    .header("if-none-match", &tag)
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        assert_eq!(
            (known.status.as_u16(), known.body.len()),
            (304, 0),
            "{address}"
        );
        assert_eq!(known.header("etag"), tag);
        let other = site
            .send(
                get(&address)
                    .header("if-none-match", "\"x\"")
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        assert_eq!(other.status, 200);
    }
}

#[tokio::test]
async fn a_page_that_changed_is_sent_again() {
    let site = TestPortal::new().await;
    let before = page(&site, "/").await.header("etag").to_owned();
    site.push("dev", &[("app.apk", &apk(b"bytes"))]).await;
    assert_ne!(page(&site, "/").await.header("etag"), before);
}

#[tokio::test]
async fn a_tap_is_a_redirect_that_nothing_keeps() {
    let site = TestPortal::new().await;
    let build = site.push("dev", &[("app.apk", &apk(b"bytes"))]).await;
    let tap = site.get("/wallet/dev/latest.apk").await;
    assert_eq!(
        (tap.status.as_u16(), tap.header("cache-control")),
        (302, "no-store")
    );
    assert_eq!(tap.header("referrer-policy"), "no-referrer");
    assert!(tap.header("location").contains("X-Amz-Signature"));
    let view = site.json(&format!("/api/v1/builds/{build}")).await;
    let digest = view["build"]["artifacts"][0]["digest"].as_str().unwrap();
    let file = site
        .get(&format!("/wallet/builds/{build}/files/{digest}"))
        .await;
    assert_eq!(
        (file.status.as_u16(), file.header("cache-control")),
        (302, "no-store")
    );
    for address in [
        format!("/shop/builds/{build}"),
        format!("/shop/builds/{build}/files/{digest}"),
    ] {
        assert_eq!(
            site.get(&address).await.status,
            404,
            "{address} is of another app"
        );
    }
    for address in ["/wallet/dev".to_owned(), format!("/wallet/builds/{build}")] {
        assert!(
            !page(&site, &address).await.text().contains("X-Amz"),
            "{address} holds no link"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_too() {
    let site = TestPortal::new().await;
    let build = site.push("dev", &[("app.apk", &apk(b"bytes"))]).await;
    for address in [
        "/walet".to_owned(),
        "/wallet/moon".to_owned(),
        "/wallet/preprod/latest.apk".to_owned(),
        "/wallet/builds/1".to_owned(),
        format!("/wallet/builds/{build}/icon"),
        "/runs/x".to_owned(),
        "/a/b/c/d".to_owned(),
        "/%ff".to_owned(),
        "/assets/none.js".to_owned(),
    ] {
        let answer = site.get(&address).await;
        assert_eq!(answer.status, 404, "{address}");
        assert!(
            answer.header("content-type").starts_with("text/html"),
            "{address}"
        );
        assert!(answer.text().contains("<main"), "{address}");
    }
}

#[tokio::test]
async fn an_icon_is_served_to_be_kept() {
    let site = TestPortal::new().await;
    let build = site.push("dev", &[("app.apk", &apk(b"bytes"))]).await;
    assert_eq!(
        site.get(&format!("/wallet/builds/{build}/icon"))
            .await
            .status,
        404,
        "this package has none"
    );
    let elsewhere = site.get(&format!("/notes/builds/{build}/icon")).await;
    assert_eq!(elsewhere.status, 404);
    assert!(elsewhere.text().contains("no build"), "of another app");
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_names_that_change() {
    let site = TestPortal::new().await;
    let text = page(&site, "/").await.text();
    let start = text.find("/assets/towpath-").unwrap();
    let address = text[start..].split('"').next().unwrap();
    let style = site.get(address).await;
    assert_eq!(style.status, 200);
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(
        style.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    let packed = site
        .send(
            get(address)
                .header("accept-encoding", "gzip")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() < style.body.len() / 2);
}

#[tokio::test]
async fn a_slash_too_many_leads_to_the_page_and_never_to_another_site() {
    let site = TestPortal::new().await;
    for (asked, leads_to) in [
        ("/wallet/", "/wallet"),
        ("/wallet/dev/", "/wallet/dev"),
        ("/wallet/runs/?failed=true", "/wallet/runs?failed=true"),
    ] {
        let answer = site.get(asked).await;
        assert_eq!(answer.status, 308, "{asked}");
        assert_eq!(answer.header("location"), leads_to);
    }
    for hostile in ["//evil.example/", "//evil.example//", "/\\evil.example/"] {
        assert_eq!(site.get(hostile).await.status, 404, "{hostile}");
    }
}

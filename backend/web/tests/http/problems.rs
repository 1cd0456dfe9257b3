//! What the API answers when something is wrong.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::digest::Digest;
use serde_json::json;
use testkit::{TestPortal, get};
use tower::ServiceExt as _;

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let site = TestPortal::new().await;
    let none = "01JD0000000000000000000000";
    let digest = Digest::of(b"");
    for address in [
        "/api".to_owned() + "/",
        "/api/v1".to_owned(),
        "/api/v1/nothing".to_owned(),
        "/api/v1/apps/walet".to_owned(),
        "/api/v1/apps/NOT%20A%20NAME/builds".to_owned(),
        "/api/v1/apps/api".to_owned(),
        "/api/v1/apps/wallet/environments/moon".to_owned(),
        "/api/v1/apps/wallet/environments/dev/latest.apk".to_owned(),
        "/api/v1/runs/codepipeline/none".to_owned(),
        "/api/v1/runs/codepipeline/../x".to_owned(),
        format!("/api/v1/builds/{none}"),
        "/api/v1/builds/1".to_owned(),
        format!("/api/v1/builds/{none}/files/{digest}"),
        format!("/api/v1/builds/{none}/files/latest"),
        format!("/api/v1/builds/{none}/downloads"),
        format!("/api/v1/uploads/{none}"),
    ] {
        let problem = site.get(&address).await.problem(404);
        assert_eq!(
            problem["type"], "urn:towpath:problem:not-found",
            "{address}"
        );
    }
}

#[tokio::test]
async fn another_method_is_told_which_ones_there_are() {
    let site = TestPortal::new().await;
    let delete = Request::builder()
        .method(Method::DELETE)
        .uri("/api/v1/overview");
    let answer = site.send(delete.body(Body::empty()).unwrap()).await;
    answer.problem(405);
    assert_eq!(answer.header("allow"), "GET,HEAD");
    let page = site
        .send(Request::put("/wallet").body(Body::empty()).unwrap())
        .await;
    assert_eq!(
        (page.status.as_u16(), page.header("allow")),
        (405, "GET,HEAD")
    );
}

#[tokio::test]
async fn a_build_without_a_package_is_no_use_to_a_tester() {
    let site = TestPortal::new().await;
    site.push("dev", &[("mapping.txt", b"a -> b")]).await;
    let problem = site
        .get("/api/v1/apps/wallet/environments/dev/latest.apk")
        .await
        .problem(422);
    assert_eq!(problem["detail"], "This build holds no Android package.");
    let page = site.get("/wallet/dev/latest.apk").await;
    assert_eq!(page.status, 422);
    assert!(page.text().contains("This build holds no Android package."));
}

#[tokio::test]
async fn a_body_that_is_not_said_to_be_json_is_not_read() {
    let site = TestPortal::new().await;
    for address in ["/api/v1/events", "/api/v1/apps/wallet/uploads"] {
        let form = Request::post(address).header(header::CONTENT_TYPE, "text/plain");
        site.send(form.body("{}".into()).unwrap())
            .await
            .problem(415);
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let site = TestPortal::new().await;
    let long = Request::post("/api/v1/events").header(header::CONTENT_TYPE, "application/json");
    let answer = site
        .send(long.body(vec![b' '; 5 << 20].into()).unwrap())
        .await;
    assert_eq!(answer.problem(413)["type"], "urn:towpath:problem:too-large");
}

#[tokio::test]
async fn a_panic_is_a_problem_and_not_the_end() {
    let site = TestPortal::new().await;
    let router = site.router_with(|state| state.clock = || panic!("the clock fell down"));
    for (address, kind) in [
        ("/api/v1/overview", "application/problem+json"),
        ("/", "text/html; charset=utf-8"),
    ] {
        let request = get(address).body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-type"], kind);
    }
}

#[tokio::test]
async fn a_failure_of_the_store_says_try_again_and_no_more() {
    let site = TestPortal::new().await;
    let address = "/api/v1/overview";
    assert_eq!(site.get(address).await.status, 200);
    let router = site.router.clone();
    drop(site);
    let request = get(address).body(Body::empty()).unwrap();
    let answer = router.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "2");
}

#[tokio::test]
async fn every_answer_has_an_identity() {
    let site = TestPortal::new().await;
    let own = site.get("/healthz").await;
    assert_eq!(own.text(), "ok\n");
    assert!(own.header("x-request-id").len() >= 8);
    let given = site
        .send(
            get("/healthz")
                .header("x-request-id", "build-4711")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(given.header("x-request-id"), "build-4711");
    let odd = site
        .send(
            get("/healthz")
                .header("x-request-id", "a b{}\"<>c")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_ne!(odd.header("x-request-id"), "a b{}\"<>c");
    let problem = site.post("/api/v1/apps/wallet/uploads", &json!({})).await;
    assert!(problem.header("x-request-id").len() >= 8);
}

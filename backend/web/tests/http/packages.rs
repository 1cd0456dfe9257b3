//! Builds of several packages: testers get the app, and never two apps under one name.

use axum::{
    body::Body,
    http::{Method, Request},
};
use portal::uploads::Ended;
use serde_json::json;
use testkit::TestPortal;

const APP: &[u8] = include_bytes!("../../../packages/tests/cases/app-debug.apk");
const TESTS: &[u8] = include_bytes!("../../../packages/tests/cases/app-debug-androidTest.apk");
const BUNDLE: &[u8] = include_bytes!("../../../packages/tests/cases/wallet.aab");
const FLAVOUR_A: &[u8] = include_bytes!("../../../packages/tests/cases/app-a-release.apk");
const FLAVOUR_B: &[u8] = include_bytes!("../../../packages/tests/cases/app-b-release.apk");

#[tokio::test]
async fn a_package_of_tests_beside_the_app_is_kept_and_never_offered() {
    let portal = TestPortal::new().await;
    let files = [("app-debug-androidTest.apk", TESTS), ("app-debug.apk", APP)];
    let build = portal.push("dev", &files).await;
    for abi in ["", "?abi=arm64-v8a", "?abi=x86"] {
        let address = format!("/wallet/dev/latest.apk{abi}");
        let tap = portal.get(&address).await;
        assert_eq!(tap.status, 302, "{address}: {}", tap.text());
        let link = tap.header("location");
        assert!(link.contains("/app-debug.apk?"), "{address}: {link}");
    }
    let view = portal.json(&format!("/api/v1/builds/{build}")).await;
    let kept = view["build"]["artifacts"].as_array().unwrap();
    assert_eq!(kept.len(), 2);
    let of_app = kept.iter().find(|file| file["name"] == "app-debug.apk");
    let package = &of_app.unwrap()["package"];
    assert_eq!(view["build"]["version"], package["version_name"]);
    let page = portal.get("/wallet/dev").await.text();
    assert!(!page.contains("androidTest"), "{page}");
}

#[tokio::test]
async fn packages_of_different_apps_are_no_build() {
    let portal = TestPortal::new().await;
    let files = [
        ("app-a-release.apk", FLAVOUR_A),
        ("app-b-release.apk", FLAVOUR_B),
    ];
    let asked = json!({"environment": "dev"});
    let upload = portal.upload("wallet", None, asked, &files).await;
    let complete = format!("/api/v1/uploads/{upload}/complete");
    let asked = portal.ask(&Method::POST, &complete, None, &json!({})).await;
    assert_eq!(asked.status, 202);
    let id = upload.parse().unwrap();
    let now = portal.now();
    let ended = portal.portal.uploads().register(&id, now).await;
    assert!(matches!(ended, Ok(Ended::Failed(_))), "{ended:?}");
    let plan = portal.json(&format!("/api/v1/uploads/{upload}")).await;
    let why = plan["failed"].to_string();
    assert!(
        why.contains("app-a-release.apk and app-b-release.apk differ in their application id"),
        "{why}"
    );
    assert_eq!(portal.build_count().await, 0);
    assert_eq!(portal.get("/wallet/dev/latest.apk").await.status, 404);
}

#[tokio::test]
async fn a_bundle_is_read_and_not_offered() {
    let portal = TestPortal::new().await;
    let alone = portal.push("dev", &[("app.aab", BUNDLE)]).await;
    let view = portal.json(&format!("/api/v1/builds/{alone}")).await;
    let [file] = view["build"]["artifacts"].as_array().unwrap().as_slice() else {
        panic!("{view}");
    };
    assert_eq!(file["package"]["name"], "dev.example.wallet");
    assert_eq!(
        file["package"]["signing"]["v1"].as_array().unwrap().len(),
        1
    );
    assert_eq!(view["build"]["version"], file["package"]["version_name"]);
    let page = portal.get(&format!("/wallet/builds/{alone}")).await;
    for words in [
        "No phone installs a bundle, and this build has no APK",
        "Upload key",
    ] {
        assert!(page.text().contains(words), "{words}");
    }
    let tap = portal.get("/wallet/dev/latest.apk").await;
    assert!(!tap.status.is_redirection(), "{}", tap.status);
    // Beside a package it is not the one that is served, whoever signed it.
    let files = [("app.aab", BUNDLE), ("app-debug.apk", APP)];
    let both = portal.push("dev", &files).await;
    let page = portal.get(&format!("/wallet/builds/{both}")).await;
    assert!(page.text().contains("Install the APK of this build."));
    let tap = portal.get("/wallet/dev/latest.apk").await;
    assert!(tap.header("location").contains("/app-debug.apk?"));
}

#[tokio::test]
async fn the_phone_that_looks_is_told_what_holds_on_it() {
    let portal = TestPortal::new().await;
    let v1 = include_bytes!("../../../packages/tests/cases/v1-only-target34.apk");
    portal.push("dev", &[("app.apk", &v1[..])]).await;
    let look = async |address: &str, headers: &[(&str, &str)]| {
        let mut request = Request::get(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        portal.send(request.body(Body::empty()).unwrap()).await
    };
    let elsewhere = "<details class=\"elsewhere\">";
    let plain = look("/wallet/dev", &[]).await;
    assert_eq!(plain.header("accept-ch"), "sec-ch-ua-platform-version");
    assert!(!plain.text().contains(elsewhere));
    let agent =
        |version: &str| format!("Mozilla/5.0 (Android {version}; Mobile; rv:132.0) Firefox/132.0");
    let old = look("/wallet/dev", &[("user-agent", &agent("9"))]).await;
    assert!(old.text().contains(elsewhere) && old.text().contains("For a phone with Android 9:"));
    let new = look("/wallet/dev?android=34", &[("user-agent", &agent("9"))]).await;
    assert!(!new.text().contains(elsewhere) && new.text().contains("For a phone with Android 14:"));
    let chrome = "Mozilla/5.0 (Linux; Android 10; K) Chrome/130.0.0.0 Mobile";
    let hint = ("sec-ch-ua-platform-version", "\"16.0.0\"");
    let told = look("/wallet/dev", &[("user-agent", chrome), hint]).await;
    assert!(told.text().contains("For a phone with Android 16:"));
    let iphone = look(
        "/wallet/dev",
        &[("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5)")],
    )
    .await;
    assert!(iphone.text().contains("This is an Android app."));
    for nonsense in [
        "/wallet/dev?android=x&fbclid=1",
        "/wallet/dev?android=999999999999",
        "/wallet/dev?android=%ff",
    ] {
        assert_eq!(look(nonsense, &[]).await.status, 200, "{nonsense}");
    }
}

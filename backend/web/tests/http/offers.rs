//! What asks for a file ahead of time, or whether it is another one by now, gets no link and is no download.

use axum::{
    body::Body,
    http::{Method, Request},
};
use domain::digest::Digest;
use serde_json::Value;
use testkit::{Answer, TestPortal, apk::apk, now};

use crate::daily::{downloads, ways};

async fn send(portal: &TestPortal, method: &Method, address: &str, header: [&str; 2]) -> Answer {
    let request = Request::builder().method(method).uri(address);
    let request = request.header(header[0], header[1]);
    portal.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn asking_what_a_file_is_gives_no_link_and_counts_nothing() {
    let portal = TestPortal::new().await;
    let build = portal.push("dev", &[("app.apk", &apk(b"an app"))]).await;
    let tag = format!("\"{}\"", Digest::of(&apk(b"an app")));
    let size = apk(b"an app").len().to_string();
    let weak = format!("\"x\", W/{tag}");
    for address in ways(&build) {
        let head = send(&portal, &Method::HEAD, &address, ["accept", "*/*"]).await;
        assert_eq!(head.status, 200, "{address}");
        assert_eq!(head.header("etag"), tag);
        assert_eq!(head.header("content-length"), size);
        assert_eq!(
            head.header("content-type"),
            "application/vnd.android.package-archive"
        );
        assert!(!head.headers.contains_key("location"));
        assert!(!head.headers.contains_key("last-modified"));
        for known in [
            ["if-none-match", &tag],
            ["if-none-match", &weak],
            ["if-none-match", "*"],
        ] {
            for method in [Method::GET, Method::HEAD] {
                let answer = send(&portal, &method, &address, known).await;
                assert_eq!(answer.status, 304, "{method} {address} {known:?}");
                assert_eq!(answer.header("etag"), tag);
                assert!(!answer.headers.contains_key("location"));
            }
        }
        for ahead in [
            ["sec-purpose", "prefetch;prerender"],
            ["purpose", "prefetch"],
            ["x-moz", "prefetch"],
            ["x-purpose", "preview"],
            ["sec-purpose", "PREFETCH"],
        ] {
            let answer = send(&portal, &Method::GET, &address, ahead).await;
            assert_eq!(answer.status, 403, "{address} {ahead:?}");
            assert!(!answer.headers.contains_key("location"));
        }
    }
    assert_eq!(downloads(&portal, &build).await, 0);
    for address in ways(&build) {
        for other in [
            ["if-none-match", "\"x\""],
            ["if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT"],
            ["sec-purpose", "nonprefetch"],
        ] {
            let answer = send(&portal, &Method::GET, &address, other).await;
            assert_eq!(answer.status, 302, "{address} {other:?}");
            assert_eq!(answer.header("etag"), tag);
        }
    }
    assert_eq!(downloads(&portal, &build).await, 12);
}

#[tokio::test]
async fn who_may_not_have_a_file_does_not_learn_what_it_is() {
    let portal = TestPortal::signed_in().await;
    let build = portal.push_as_admin("dev").await;
    let stranger = portal.cookie("strangers", now()).await;
    for address in ways(&build) {
        for cookie in [None, Some(stranger.as_str())] {
            let answer = portal
                .ask(&Method::HEAD, &address, cookie, &Value::Null)
                .await;
            assert!(
                answer.status != 200 && answer.status != 304,
                "{address}: {}",
                answer.status
            );
            assert!(!answer.headers.contains_key("etag"), "{address}");
        }
    }
}

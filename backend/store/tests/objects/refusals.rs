//! What the embedded S3 refuses, as AWS does.

use embedded::s3::KeyPair;
use store::Error;

use crate::place::{KEYS, objects_at, start};

#[tokio::test]
async fn unknown_keys_and_wrong_secrets_open_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    objects.create_bucket().await.unwrap();
    for (id, secret) in [("AKIDUNKNOWN", KEYS.1), (KEYS.0, "a wrong secret")] {
        let stranger = objects.with_credentials("releases", id, secret, None);
        let denied = stranger.list("").await;
        assert!(matches!(denied, Err(Error::Denied { .. })), "{denied:?}");
    }
    server.shutdown().await;
}

#[tokio::test]
async fn a_jobs_keys_open_its_own_bucket_alone() {
    let folder = tempfile::tempdir().unwrap();
    let job = KeyPair::new("ASIAJOB", "job secret").only("artifacts");
    let server = start(folder.path(), vec![job]).await;
    let releases = objects_at(&server.endpoint()).await;
    releases.create_bucket().await.unwrap();
    releases
        .put("secret", "secret", "text/plain")
        .await
        .unwrap();
    let artifacts = releases.with_credentials("artifacts", KEYS.0, KEYS.1, None);
    artifacts.create_bucket().await.unwrap();

    let token = Some("a session token");
    let own = releases.with_credentials("artifacts", "ASIAJOB", "job secret", token);
    own.put("a", "artifact", "text/plain").await.unwrap();
    assert_eq!(own.range("a", 0..100).await.unwrap(), "artifact");
    let foreign = releases.with_credentials("releases", "ASIAJOB", "job secret", token);
    let denied = foreign.range("secret", 0..1).await;
    assert!(matches!(denied, Err(Error::Denied { .. })), "{denied:?}");
    server.shutdown().await;
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let folder = tempfile::tempdir().unwrap();
    let refused = embedded::s3::start(embedded::s3::Settings {
        folder: folder.path().to_owned(),
        address: ([0, 0, 0, 0], 0).into(),
        key_pairs: Vec::new(),
    });
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.to_string(), "0.0.0.0:0 is not a loopback address");
}

#[tokio::test]
async fn a_body_that_breaks_off_or_does_not_match_its_checksum_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    objects.create_bucket().await.unwrap();
    objects.put("key", "before", "text/plain").await.unwrap();
    let hour = jiff::SignedDuration::from_hours(1);
    let link = objects.presign_put("key", 5, hour).await.unwrap();
    let request = reqwest::Client::new()
        .put(link)
        .header("content-md5", "XrY7u+Ae7tCTyyK7j1rNww==");
    let answer = request.body("after").send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("BadDigest"));
    assert_eq!(objects.range("key", 0..100).await.unwrap(), "before");
    server.shutdown().await;
}

#[tokio::test]
async fn a_page_of_another_site_writes_nothing_and_follows_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    objects.create_bucket().await.unwrap();
    let (hour, now) = (jiff::SignedDuration::from_hours(1), crate::links::now());
    let write = objects.presign_put("key", 5, hour).await.unwrap();
    let page = reqwest::Client::new().put(write).body("other");
    let refused = page.header("origin", "https://evil.example").send().await;
    assert_eq!(refused.unwrap().status(), 403);
    assert_eq!(objects.head("key").await.unwrap(), None);

    objects.put("key", "bytes", "text/plain").await.unwrap();
    let name = "app.apk".parse().unwrap();
    let link = objects.presign_get("key", &name, "text/plain", now, hour);
    let click = reqwest::Client::new().get(link.await.unwrap());
    let followed = click.header("sec-fetch-site", "cross-site").send().await;
    assert_eq!(followed.unwrap().status(), 200);
    server.shutdown().await;
}

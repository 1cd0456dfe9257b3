//! What the embedded S3 refuses, as AWS does.

use std::{
    fs::OpenOptions,
    io::{Seek, SeekFrom, Write},
    path::Path,
};

use domain::digest::Digest;
use embedded::s3::KeyPair;
use store::{Error, objects::PART_SIZE};

use crate::place::{KEYS, ONCE, bytes, objects_at, signed, start};

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
async fn what_is_written_once_takes_no_write_without_a_condition() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    objects.create_bucket().await.unwrap();
    let key = |name: &str| format!("{ONCE}{name}");
    let denied = |result: Result<(), Error>| {
        assert!(matches!(result, Err(Error::Denied { .. })), "{result:?}");
    };

    denied(objects.put(&key("a"), "one", "text/plain").await);
    let put = |name: &str| {
        let key = key(name);
        let objects = objects.clone();
        async move { objects.put_if_absent(&key, "one", "text/plain").await }
    };
    assert!(put("a").await.unwrap());
    denied(objects.put(&key("a"), "two", "text/plain").await);
    assert!(!put("a").await.unwrap());

    objects.put("staged", "three", "text/plain").await.unwrap();
    let copy = key("b");
    let copied = objects.copy_if_absent("staged", &copy, "text/plain");
    copied.await.unwrap();

    let parts = bytes(PART_SIZE + 1);
    for name in ["c", "a"] {
        let mut writer = objects.writer(&key(name), "text/plain").await.unwrap();
        writer.write(&parts).await.unwrap();
        denied(writer.finish().await.map(|_| ()));
    }
    let mut writer = objects.writer(&key("c"), "text/plain").await.unwrap();
    writer.write(&parts).await.unwrap();
    writer.finish_if_absent().await.unwrap();
    assert_eq!(objects.range(&key("a"), 0..100).await.unwrap(), "one");
    server.shutdown().await;
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let folder = tempfile::tempdir().unwrap();
    let refused = embedded::s3::start(embedded::s3::Settings {
        folder: folder.path().to_owned(),
        address: ([0, 0, 0, 0], 0).into(),
        key_pairs: Vec::new(),
        written_once: Vec::new(),
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
    let digest = Digest::of(b"other");
    let link = objects.presign_put("key", 5, &digest, hour);
    let request = signed(link.await.unwrap());
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
    let digest = Digest::of(b"other");
    let write = objects.presign_put("key", 5, &digest, hour);
    let page = signed(write.await.unwrap()).body("other");
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

/// The most that S3 takes or copies in one request.
const FIVE_GIB: u64 = 5 << 30;

#[tokio::test]
async fn a_body_that_is_too_large_or_of_unknown_size_is_refused_before_it_came() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    objects.create_bucket().await.unwrap();
    let hour = jiff::SignedDuration::from_hours(1);
    let size = FIVE_GIB + 1;
    let digest = Digest::of(b"never");
    let link = objects.presign_put("large", size, &digest, hour);
    let never =
        || reqwest::Body::wrap_stream(futures::stream::pending::<std::io::Result<Vec<u8>>>());
    let put = signed(link.await.unwrap()).header("content-length", size);
    let refused = put.body(never()).send().await.unwrap();
    assert!(refused.text().await.unwrap().contains("EntityTooLarge"));

    let upload = objects.start_multipart("parts").await.unwrap();
    let link = objects.presign_part("parts", &upload, 1, hour).await;
    let put = reqwest::Client::new().put(link.unwrap());
    let refused = put.body(never()).send().await.unwrap();
    assert_eq!(refused.status(), 411);
    server.shutdown().await;
}

#[tokio::test]
async fn a_copy_of_more_than_5_gib_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    objects.create_bucket().await.unwrap();
    objects.put("large", "x", "text/plain").await.unwrap();
    enlarge(&folder.path().join("buckets/releases/large@"), FIVE_GIB + 1);
    let info = objects.head("large").await.unwrap().unwrap();
    assert_eq!(info.size, FIVE_GIB + 1);

    let refused = objects.copy_if_absent("large", "copy", "text/plain").await;
    let refused = format!("{:?}", refused.unwrap_err());
    assert!(refused.contains("InvalidRequest"), "{refused}");
    assert_eq!(objects.list("").await.unwrap(), ["large"]);
    server.shutdown().await;
}

/// Makes an object of one byte one of `size` bytes, most of which the disk does not hold: behind an object's bytes are its
/// record, the record's length and a mark.
fn enlarge(object: &Path, size: u64) {
    let bytes = std::fs::read(object).unwrap();
    let (record, mark) = bytes[1..].split_at(bytes.len() - 1 - 12);
    let record = std::str::from_utf8(record).unwrap();
    let record = record.replace("\"size\":1,", &format!("\"size\":{size},"));
    let mut file = OpenOptions::new().write(true).open(object).unwrap();
    file.set_len(size).unwrap();
    file.seek(SeekFrom::End(0)).unwrap();
    file.write_all(record.as_bytes()).unwrap();
    let length = u32::try_from(record.len()).unwrap();
    file.write_all(&length.to_le_bytes()).unwrap();
    file.write_all(&mark[4..]).unwrap();
}

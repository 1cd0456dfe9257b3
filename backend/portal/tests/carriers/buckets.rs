//! Another environment's bucket gets the very bytes, and nothing there is written over.

use domain::{
    path::{Bucket, Target},
    promotion::State,
};

use crate::lock::{Lock, failed};

const KEY_START: &str = "artifacts/wallet/";

fn bucket() -> Target {
    Target::Portal(Some(Bucket {
        name: "prod-releases".to_owned(),
        region: None,
        role: None,
        external_id: None,
    }))
}

/// A portal and a build whose file is in place; its key.
async fn with_file() -> (Lock, domain::build::Build, String) {
    let lock = Lock::with(bucket()).await;
    let there = lock.objects.in_bucket("prod-releases");
    there.create_bucket().await.unwrap();
    let build = lock.build(1, None).await;
    let artifact = &build.artifacts[0];
    let key = format!("{KEY_START}{}/{}", artifact.digest, artifact.name);
    let bytes = b"application 1".to_vec();
    lock.objects
        .put(&key, bytes, "application/zip")
        .await
        .unwrap();
    (lock, build, key)
}

#[tokio::test]
async fn a_builds_files_are_copied_and_then_released() {
    let (lock, build, key) = with_file().await;
    let promotion = lock.promote(&build).await;
    assert_eq!(promotion.state, State::Succeeded);
    let there = lock.objects.in_bucket("prod-releases");
    let (digest, size) = there.digest(&key).await.unwrap();
    assert_eq!((digest, size), (build.artifacts[0].digest, 13));
    assert_eq!(lock.in_prod().await, Some(1));
}

#[tokio::test]
async fn other_bytes_under_the_same_key_stay_and_fail_the_promotion() {
    let (lock, build, key) = with_file().await;
    let there = lock.objects.in_bucket("prod-releases");
    there.put(&key, b"forged".to_vec(), "x/y").await.unwrap();
    let promotion = lock.promote(&build).await;
    assert!(failed(&promotion).contains("holds other bytes for app.apk"));
    assert_eq!(there.range(&key, 0..100).await.unwrap(), "forged");
    assert_eq!(lock.in_prod().await, None);
}

#[tokio::test]
async fn a_file_that_the_portal_has_lost_fails_the_promotion() {
    let (lock, build, key) = with_file().await;
    lock.objects.delete(&key).await.unwrap();
    let promotion = lock.promote(&build).await;
    assert!(failed(&promotion).contains("has lost app.apk"));
}

#[tokio::test]
async fn what_was_copied_before_a_crash_is_not_copied_again() {
    let (lock, build, key) = with_file().await;
    let there = lock.objects.in_bucket("prod-releases");
    let bytes = b"application 1".to_vec();
    there.put(&key, bytes, "application/zip").await.unwrap();
    // Nothing needs to be read here for what is there.
    lock.objects.delete(&key).await.unwrap();
    let promotion = lock.promote(&build).await;
    assert_eq!(promotion.state, State::Succeeded);
}

//! Another environment's bucket gets the very bytes, and nothing there is written over.

use domain::{
    path::{Bucket, Target},
    promotion::State,
};
use testkit::{TestPortal, machine_time, pipeline::failed, prod};

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
async fn with_file() -> (TestPortal, domain::build::Build, String) {
    let test = TestPortal::with_target(bucket()).await;
    let there = test.store.objects.in_bucket("prod-releases");
    there.create_bucket().await.unwrap();
    let build = test.registered(1, machine_time()).await;
    let artifact = &build.artifacts[0];
    let key = format!("{KEY_START}{}/{}", artifact.digest, artifact.name);
    let bytes = b"application 1".to_vec();
    test.store
        .objects
        .put_if_absent(&key, bytes, "application/zip")
        .await
        .unwrap();
    (test, build, key)
}

#[tokio::test]
async fn a_builds_files_are_copied_and_then_released() {
    let (test, build, key) = with_file().await;
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Succeeded);
    let there = test.store.objects.in_bucket("prod-releases");
    let (digest, size) = there.digest(&key).await.unwrap();
    assert_eq!((digest, size), (build.artifacts[0].digest, 13));
    assert_eq!(test.current(&prod()).await, Some(1));
}

#[tokio::test]
async fn other_bytes_under_the_same_key_stay_and_fail_the_promotion() {
    let (test, build, key) = with_file().await;
    let there = test.store.objects.in_bucket("prod-releases");
    there.put(&key, b"forged".to_vec(), "x/y").await.unwrap();
    let promotion = test.promote(&build).await;
    assert!(failed(&promotion).contains("holds other bytes for app.apk"));
    assert_eq!(there.range(&key, 0..100).await.unwrap(), "forged");
    assert_eq!(test.current(&prod()).await, None);
}

#[tokio::test]
async fn a_file_that_the_portal_has_lost_fails_the_promotion() {
    let (test, build, key) = with_file().await;
    test.store.objects.delete(&key).await.unwrap();
    let promotion = test.promote(&build).await;
    assert!(failed(&promotion).contains("has lost app.apk"));
}

#[tokio::test]
async fn what_was_copied_before_a_crash_is_not_copied_again() {
    let (test, build, key) = with_file().await;
    let there = test.store.objects.in_bucket("prod-releases");
    let bytes = b"application 1".to_vec();
    there.put(&key, bytes, "application/zip").await.unwrap();
    // Nothing needs to be read here for what is there.
    test.store.objects.delete(&key).await.unwrap();
    let promotion = test.promote(&build).await;
    assert_eq!(promotion.state, State::Succeeded);
}

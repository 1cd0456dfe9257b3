//! Another environment's bucket gets the very bytes, and nothing there is written over.

use domain::{
    build::{Artifact, Build},
    digest::Digest,
    path::{Bucket, Target},
    promotion::State,
};
use futures::FutureExt as _;
use portal::{Portal, promotion::Executors};
use serde_json::json;
use store::{
    Objects, object_keys,
    objects::{Condition, PART_SIZE},
    table::{CopyingFile, PromotionRecord},
};
use targets::Roles;
use testkit::{
    REGION, TestPortal, ada, faults::Fault, machine_time, pipeline::failed, prod, records, to,
};

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

/// A build whose large file takes three turns to copy, and the portal that copies a part in each.
struct Large {
    test: TestPortal,
    slow: Portal,
    build: Build,
    content: Vec<u8>,
    key: String,
    there: Objects,
}

impl Large {
    async fn new() -> Self {
        let test = TestPortal::with_target(bucket()).await;
        let there = test.store.objects.in_bucket("prod-releases");
        there.create_bucket().await.unwrap();
        let content: Vec<u8> = (0_u32..)
            .flat_map(u32::to_le_bytes)
            .take(PART_SIZE * 2 + 100)
            .collect();
        let mut build = records::build(1, machine_time());
        let small = build.artifacts.remove(0);
        let large = Artifact {
            name: "large.zip".parse().unwrap(),
            digest: Digest::of(&content),
            size: content.len() as u64,
            package: None,
            ..small.clone()
        };
        let key = |file: &Artifact| object_keys::artifact(&build.app, &file.digest, &file.name);
        for (file, bytes) in [(&large, content.clone()), (&small, records::bytes(1))] {
            let (key, objects) = (key(file), &test.store.objects);
            let put = objects.put_if_absent(&key, bytes, "application/zip");
            assert!(put.await.unwrap());
        }
        let key = key(&large);
        build.artifacts = vec![large, small];
        test.puts(&build, &testkit::dev()).await;
        let buckets = Some(Roles::connect(REGION).await);
        let slow = test.another(|parts| {
            parts.executors = Executors {
                buckets,
                copied_at_once: PART_SIZE as u64,
                ..Executors::default()
            };
        });
        Self {
            test,
            slow,
            build,
            content,
            key,
            there,
        }
    }

    /// The process that copies ends at that write: after asking and starting come the notes of how far it is.
    async fn stopped_at(&self, write: u32) -> PromotionRecord {
        let (ada, request) = (ada(), to(&self.build, &prod()));
        let promotions = self.slow.promotions();
        let asked = promotions.request(&ada, request, machine_time());
        let faults = self.test.faults();
        assert!(
            faults
                .cut_off(write, Fault::StoppedBefore, asked.boxed())
                .await
        );
        let promotions = self.test.store.table.promotions();
        let open = promotions.open().await.unwrap().remove(0);
        promotions.get(&open.id).await.unwrap().unwrap()
    }

    async fn goes_on(&self, record: &PromotionRecord) {
        let advance = self.slow.promotions();
        let promotion = advance.advance(&record.promotion.id, machine_time()).await;
        let promotion = promotion.unwrap();
        assert_eq!(
            (promotion.state, promotion.copied),
            (State::Succeeded, None)
        );
        let digest = Digest::of(&self.content);
        let found = self.there.digest(&self.key).await.unwrap();
        assert_eq!(found, (digest, self.content.len() as u64));
        assert_eq!(self.test.current(&prod()).await, Some(1));
    }

    /// The beginning of the portal's own file is not what it was, so that nobody can read it again.
    async fn spoil_the_beginning(&self) {
        let mut content = self.content.clone();
        content[..PART_SIZE].fill(0);
        let objects = &self.test.store.objects;
        let etag = objects.head(&self.key).await.unwrap().unwrap().etag;
        let condition = Condition::Is(&etag);
        let put = objects.put_if(&self.key, content, "application/zip", condition);
        assert!(put.await.unwrap());
    }
}

#[tokio::test]
async fn a_copy_goes_on_within_a_file_where_another_process_ended() {
    let large = Large::new().await;
    let record = large.stopped_at(3).await;
    let size = PART_SIZE as u64;
    let copied = record.promotion.copied.unwrap();
    assert_eq!((copied.bytes, copied.of), (size, size * 2 + 100 + 13));
    large.spoil_the_beginning().await;
    large.goes_on(&record).await;
}

#[tokio::test]
async fn a_file_that_is_there_is_read_on_where_another_process_ended() {
    let large = Large::new().await;
    let put = large.there.put(&large.key, large.content.clone(), "x/y");
    put.await.unwrap();
    let record = large.stopped_at(4).await;
    let copying = record.copying.clone().unwrap();
    assert!(
        matches!(copying.file, Some(CopyingFile::Reading { size, .. }) if size == PART_SIZE as u64 * 2)
    );
    large.goes_on(&record).await;
}

#[tokio::test]
async fn a_copy_begins_again_when_its_upload_was_aborted_meanwhile() {
    let large = Large::new().await;
    let record = large.stopped_at(3).await;
    let copying = json!(record.copying);
    let upload = copying["file"]["upload"].as_str().unwrap();
    large
        .there
        .abort_multipart(&large.key, upload)
        .await
        .unwrap();
    large.goes_on(&record).await;
}

#[tokio::test]
async fn a_damaged_file_is_not_copied() {
    let large = Large::new().await;
    large.spoil_the_beginning().await;
    let promotion = large.test.promote(&large.build).await;
    assert!(failed(&promotion).contains("the portal's own copy of large.zip is damaged"));
    assert_eq!(large.there.head(&large.key).await.unwrap(), None);
    assert_eq!(large.test.current(&prod()).await, None);
}

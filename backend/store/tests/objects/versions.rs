//! Buckets that keep versions and lock them, as AWS has them: asked with the SDK itself.

use aws_sdk_s3::{
    Client,
    error::ProvideErrorMetadata,
    operation::list_object_versions::ListObjectVersionsOutput,
    primitives::ByteStream,
    types::{
        BucketVersioningStatus, DefaultRetention, ObjectLockConfiguration, ObjectLockEnabled,
        ObjectLockMode, ObjectLockRetentionMode, ObjectLockRule,
    },
};
use domain::audit::LockMode;
use store::{Error, objects::VersionMarker};

use crate::place::Place;

/// A bucket that keeps versions and locks them for a day.
struct Bench {
    place: Place,
    client: Client,
    bucket: String,
}

impl Bench {
    async fn new() -> Option<Self> {
        let place = Place::new().await;
        // On a bucket elsewhere, locked versions would stay.
        if !place.is_embedded() {
            return None;
        }
        place.objects.create_locked_bucket(1).await.unwrap();
        let (client, bucket) = place.raw().await;
        Some(Self {
            place,
            client,
            bucket,
        })
    }

    /// Writes an object; its version.
    async fn put(&self, key: &str, text: &str) -> String {
        let put = self.client.put_object().bucket(&self.bucket).key(key);
        let put = put.body(ByteStream::from(text.as_bytes().to_vec()));
        put.send().await.unwrap().version_id.unwrap()
    }

    async fn get(&self, key: &str, version: Option<&str>) -> Result<String, String> {
        let get = self.client.get_object().bucket(&self.bucket).key(key);
        let found = get.set_version_id(version.map(str::to_owned)).send().await;
        let found = found.map_err(|error| error.code().unwrap_or_default().to_owned())?;
        assert!(version.is_none_or(|version| found.version_id() == Some(version)));
        let bytes = found.body.collect().await.unwrap().into_bytes();
        Ok(String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// Deletes an object, or a version of it: what became of it.
    async fn delete(
        &self,
        key: &str,
        version: Option<&str>,
        bypass: bool,
    ) -> Result<(Option<String>, bool), String> {
        let delete = self.client.delete_object().bucket(&self.bucket).key(key);
        let delete = delete.set_version_id(version.map(str::to_owned));
        let deleted = delete.bypass_governance_retention(bypass).send().await;
        match deleted {
            Ok(deleted) => Ok((deleted.version_id, deleted.delete_marker.unwrap_or(false))),
            Err(error) => Err(error.code().unwrap_or_default().to_owned()),
        }
    }

    async fn page(
        &self,
        most: i32,
        after: Option<&ListObjectVersionsOutput>,
    ) -> ListObjectVersionsOutput {
        let list = self.client.list_object_versions().bucket(&self.bucket);
        let list = list
            .max_keys(most)
            .set_key_marker(after.and_then(|after| after.next_key_marker.clone()))
            .set_version_id_marker(after.and_then(|after| after.next_version_id_marker.clone()));
        list.send().await.unwrap()
    }
}

#[tokio::test]
async fn the_newest_version_is_the_object_and_older_ones_stay() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    let first = bench.put("a/b", "one").await;
    let second = bench.put("a/b", "two").await;
    assert_ne!(first, second);
    assert_eq!(bench.get("a/b", None).await.unwrap(), "two");
    assert_eq!(bench.get("a/b", Some(&first)).await.unwrap(), "one");
    let unknown = "000000000009-00000000000000000000000000000000";
    assert_eq!(
        bench.get("a/b", Some(unknown)).await,
        Err("NoSuchVersion".to_owned())
    );
    let page = bench.page(1000, None).await;
    let listed: Vec<_> = page
        .versions()
        .iter()
        .map(|version| {
            (
                version.version_id().unwrap(),
                version.is_latest().unwrap(),
                version.size(),
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            (second.as_str(), true, Some(3)),
            (first.as_str(), false, Some(3))
        ]
    );
    assert_eq!(bench.place.objects.list("").await.unwrap(), ["a/b"]);
    bench.place.stop().await;
}

#[tokio::test]
async fn a_delete_marker_hides_an_object_until_it_is_removed() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    let first = bench.put("key", "one").await;
    let (marker, is_marker) = bench.delete("key", None, false).await.unwrap();
    assert!(is_marker);
    let marker = marker.unwrap();
    assert_eq!(bench.get("key", None).await, Err("NoSuchKey".to_owned()));
    assert_eq!(bench.get("key", Some(&first)).await.unwrap(), "one");
    assert_eq!(
        bench.get("key", Some(&marker)).await,
        Err("MethodNotAllowed".to_owned())
    );
    let objects = &bench.place.objects;
    assert!(objects.list("").await.unwrap().is_empty());
    let page = bench.page(1000, None).await;
    let listed = (&page.versions()[0], &page.delete_markers()[0]);
    assert_eq!(
        (listed.0.is_latest(), listed.1.is_latest()),
        (Some(false), Some(true))
    );
    // A conditional write goes past a delete marker, as on AWS.
    assert!(
        objects
            .put_if_absent("key", "three", "text/plain")
            .await
            .unwrap()
    );
    assert!(
        !objects
            .put_if_absent("key", "four", "text/plain")
            .await
            .unwrap()
    );
    assert_eq!(bench.get("key", None).await.unwrap(), "three");
    // A marker has no lock. Without it the version before is the object, as soon as it is the newest.
    bench.delete("other", None, false).await.unwrap();
    let deleted = bench.delete("key", Some(&marker), false).await.unwrap();
    assert_eq!(deleted, (Some(marker), true));
    assert_eq!(bench.get("key", None).await.unwrap(), "three");
    bench.place.stop().await;
}

#[tokio::test]
async fn a_locked_version_is_removed_by_a_bypass_of_governance_alone() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    let first = bench.put("key", "one").await;
    let second = bench.put("key", "two").await;
    let denied = Err("AccessDenied".to_owned());
    assert_eq!(bench.delete("key", Some(&second), false).await, denied);
    bench.delete("key", Some(&second), true).await.unwrap();
    assert_eq!(bench.get("key", None).await.unwrap(), "one");
    bench.delete("key", Some(&first), true).await.unwrap();
    assert_eq!(bench.get("key", None).await, Err("NoSuchKey".to_owned()));
    assert!(bench.page(1000, None).await.versions().is_empty());

    let compliance = DefaultRetention::builder()
        .mode(ObjectLockRetentionMode::Compliance)
        .days(1);
    let rule = ObjectLockRule::builder().default_retention(compliance.build());
    let lock = ObjectLockConfiguration::builder()
        .object_lock_enabled(ObjectLockEnabled::Enabled)
        .rule(rule.build());
    let put = bench
        .client
        .put_object_lock_configuration()
        .bucket(&bench.bucket);
    put.object_lock_configuration(lock.build())
        .send()
        .await
        .unwrap();
    let locked = bench.put("key", "three").await;
    assert_eq!(bench.delete("key", Some(&locked), true).await, denied);
    let read = bench
        .place
        .objects
        .version_text("key", &locked)
        .await
        .unwrap();
    assert_eq!(read.text, "three");
    assert_eq!(read.lock.unwrap().mode, LockMode::Compliance);
    let head = bench.client.head_object().bucket(&bench.bucket).key("key");
    let head = head.send().await.unwrap();
    assert_eq!(head.object_lock_mode(), Some(&ObjectLockMode::Compliance));
    assert_eq!(head.version_id(), Some(locked.as_str()));
    bench.place.stop().await;
}

#[tokio::test]
async fn versions_are_listed_a_page_at_a_time_and_each_once() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    let mut expected = Vec::new();
    for key in ["a", "a/b", "b"] {
        let mut of_key = Vec::new();
        for text in ["one", "two"] {
            of_key.push((key.to_owned(), bench.put(key, text).await));
        }
        let (marker, _) = bench.delete(key, None, false).await.unwrap();
        of_key.push((key.to_owned(), marker.unwrap()));
        of_key.push((key.to_owned(), bench.put(key, "three").await));
        of_key.reverse();
        expected.extend(of_key);
    }
    for most in [1, 2, 3, 5, 12] {
        let mut listed = Vec::new();
        let mut page = bench.page(most, None).await;
        loop {
            let mut of_page: Vec<(String, String)> = Vec::new();
            for version in page.versions() {
                of_page.push((
                    version.key.clone().unwrap(),
                    version.version_id.clone().unwrap(),
                ));
            }
            for marker in page.delete_markers() {
                of_page.push((
                    marker.key.clone().unwrap(),
                    marker.version_id.clone().unwrap(),
                ));
            }
            assert!(i32::try_from(of_page.len()).unwrap() <= most);
            listed.extend(of_page);
            if page.is_truncated() != Some(true) {
                break;
            }
            page = bench.page(most, Some(&page)).await;
        }
        listed.sort();
        let mut sorted = expected.clone();
        sorted.sort();
        assert_eq!(listed, sorted, "{most} at once");
    }
    let own = bench.place.objects.versions("a/", None).await.unwrap();
    assert_eq!((own.versions.len(), own.next), (4, None));
    // A place in the list survives being text.
    let page = bench.page(3, None).await;
    let text = format!(
        "{}?{}",
        page.next_version_id_marker().unwrap(),
        page.next_key_marker().unwrap()
    );
    let marker = VersionMarker::from_text(&text);
    assert_eq!(marker.to_text(), text);
    let rest = bench
        .place
        .objects
        .versions("", Some(&marker))
        .await
        .unwrap();
    assert_eq!(rest.versions.len(), 9);
    bench.place.stop().await;
}

#[tokio::test]
async fn what_was_there_before_is_the_version_null() {
    let place = Place::new().await;
    if !place.is_embedded() {
        return;
    }
    place.objects.put("old", "one", "text/plain").await.unwrap();
    let (client, bucket) = place.raw().await;
    let status = client.get_bucket_versioning().bucket(&bucket);
    assert_eq!(status.clone().send().await.unwrap().status(), None);
    place.objects.create_locked_bucket(1).await.unwrap();
    let enabled = BucketVersioningStatus::Enabled;
    assert_eq!(status.send().await.unwrap().status(), Some(&enabled));
    let bench = Bench {
        place,
        client,
        bucket,
    };
    let ids = async || {
        let page = bench.page(1000, None).await;
        let ids = page
            .versions()
            .iter()
            .map(|version| version.version_id.clone().unwrap());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids().await, ["null"]);
    let new = bench.put("old", "two").await;
    assert_eq!(ids().await, [new, "null".to_owned()]);
    assert_eq!(bench.get("old", Some("null")).await.unwrap(), "one");
    assert_eq!(bench.get("old", None).await.unwrap(), "two");
    // It was written before the bucket locked anything.
    assert_eq!(
        bench
            .place
            .objects
            .version_text("old", "null")
            .await
            .unwrap()
            .lock,
        None
    );
    bench.place.stop().await;
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    // A write into a bucket that locks needs a checksum.
    let put = bench.client.put_object().bucket(&bench.bucket).key("key");
    let put = put.body(ByteStream::from_static(b"one")).customize();
    let unsummed = put.config_override(
        aws_sdk_s3::config::Builder::new().request_checksum_calculation(
            aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired,
        ),
    );
    let refused = unsummed.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidRequest"));
    let list = bench.client.list_object_versions().bucket(&bench.bucket);
    let refused = list.version_id_marker("1").send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidArgument"));
    let nowhere = bench.place.objects.in_bucket("no-such-bucket");
    let refused = nowhere.versions("", None).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Refused { code, .. } if code == "NoSuchBucket"),
        "{refused:?}"
    );
    bench.place.stop().await;
}

//! Every version of an object: what a bucket that keeps versions holds beside what it shows.

use aws_sdk_s3::types::{
    BucketVersioningStatus, DefaultRetention, DeleteMarkerEntry, ObjectLockConfiguration,
    ObjectLockEnabled, ObjectLockMode, ObjectLockRetentionMode, ObjectLockRule, ObjectVersion,
    VersioningConfiguration,
};
use domain::{
    Timestamp,
    audit::{Lock, LockMode},
};
use futures::FutureExt as _;

use super::Objects;
use crate::{Error, Result};

/// A version of an object, or a delete marker over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The object's key.
    pub key: String,
    /// The version's id; `null` for what was written before the bucket kept versions.
    pub id: String,
    /// Whether it is a delete marker.
    pub delete_marker: bool,
    /// When the bucket got it.
    pub written_at: Option<Timestamp>,
}

/// Where a list of versions goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionMarker {
    key: String,
    version: Option<String>,
}

/// Some of a bucket's versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// By key, those of a key the newest first. Delete markers follow after the versions.
    pub versions: Vec<Version>,
    /// Where it goes on, if it does.
    pub next: Option<VersionMarker>,
}

/// What a version of a small object holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionText {
    /// Its bytes as text, as far as they are.
    pub text: String,
    /// How it is locked, as far as the caller may see that.
    pub lock: Option<Lock>,
}

/// Larger ones are cut off.
const LARGEST: u64 = 4096;

impl VersionMarker {
    /// As one text.
    pub fn to_text(&self) -> String {
        format!(
            "{}?{}",
            self.version.as_deref().unwrap_or_default(),
            self.key
        )
    }

    /// Of one text. A key may have a question mark in it, the id of a version has none.
    pub fn from_text(text: &str) -> Self {
        let (version, key) = text.split_once('?').unwrap_or(("", text));
        Self {
            key: key.to_owned(),
            version: Some(version.to_owned()).filter(|version| !version.is_empty()),
        }
    }
}

impl Objects {
    /// A page of all versions and delete markers of the keys that start with `prefix`, at most a thousand.
    pub async fn versions(&self, prefix: &str, after: Option<&VersionMarker>) -> Result<Versions> {
        let call = self.client.list_object_versions().bucket(&self.bucket);
        let found = call
            .prefix(prefix)
            .set_key_marker(after.map(|after| after.key.clone()))
            .set_version_id_marker(after.and_then(|after| after.version.clone()))
            .send()
            .boxed()
            .await
            .map_err(|error| Error::unavailable("listing the versions of objects", error))?;
        let next = match (found.is_truncated, found.next_key_marker) {
            (Some(true), Some(key)) => Some(VersionMarker {
                key,
                version: found.next_version_id_marker,
            }),
            _ => None,
        };
        let versions = found.versions.unwrap_or_default().into_iter();
        let markers = found.delete_markers.unwrap_or_default().into_iter();
        Ok(Versions {
            versions: versions
                .map(Version::from)
                .chain(markers.map(Version::from))
                .collect(),
            next,
        })
    }

    /// What a version of a small object holds, and how it is locked.
    pub async fn version_text(&self, key: &str, version: &str) -> Result<VersionText> {
        let call = self.client.get_object().bucket(&self.bucket).key(key);
        let found = call
            .version_id(version)
            .range(format!("bytes=0-{}", LARGEST - 1))
            .send()
            .boxed()
            .await
            .map_err(|error| Error::unavailable("reading a version of an object", error))?;
        let mode = match found.object_lock_mode() {
            Some(ObjectLockMode::Compliance) => Some(LockMode::Compliance),
            Some(ObjectLockMode::Governance) => Some(LockMode::Governance),
            _ => None,
        };
        let until = found.object_lock_retain_until_date().and_then(moment);
        let lock = mode.zip(until).map(|(mode, until)| Lock { mode, until });
        let bytes = found
            .body
            .collect()
            .await
            .map_err(|error| Error::Unavailable {
                operation: "reading a version of an object",
                source: error.into(),
            })?;
        let text = String::from_utf8_lossy(&bytes.into_bytes()).into_owned();
        Ok(VersionText { text, lock })
    }

    /// Makes the bucket as one that keeps versions and locks what is written for so many days in governance mode; one that is
    /// there becomes such a bucket. For local servers and tests: deployed ones are made with the rest.
    pub async fn create_locked_bucket(&self, days: i32) -> Result<()> {
        self.create_bucket().await?;
        let versioning = VersioningConfiguration::builder()
            .status(BucketVersioningStatus::Enabled)
            .build();
        let call = self.client.put_bucket_versioning().bucket(&self.bucket);
        call.versioning_configuration(versioning)
            .send()
            .boxed()
            .await
            .map_err(|error| Error::unavailable("having a bucket keep versions", error))?;
        let retention = DefaultRetention::builder()
            .mode(ObjectLockRetentionMode::Governance)
            .days(days)
            .build();
        let lock = ObjectLockConfiguration::builder()
            .object_lock_enabled(ObjectLockEnabled::Enabled)
            .rule(
                ObjectLockRule::builder()
                    .default_retention(retention)
                    .build(),
            )
            .build();
        let call = self.client.put_object_lock_configuration();
        call.bucket(&self.bucket)
            .object_lock_configuration(lock)
            .send()
            .boxed()
            .await
            .map_err(|error| Error::unavailable("having a bucket lock objects", error))?;
        Ok(())
    }
}

fn moment(at: &aws_sdk_s3::primitives::DateTime) -> Option<Timestamp> {
    Timestamp::from_second(at.secs()).ok()
}

impl From<ObjectVersion> for Version {
    fn from(version: ObjectVersion) -> Self {
        Self {
            written_at: version.last_modified().and_then(moment),
            key: version.key.unwrap_or_default(),
            id: version.version_id.unwrap_or_default(),
            delete_marker: false,
        }
    }
}

impl From<DeleteMarkerEntry> for Version {
    fn from(marker: DeleteMarkerEntry) -> Self {
        Self {
            written_at: marker.last_modified().and_then(moment),
            key: marker.key.unwrap_or_default(),
            id: marker.version_id.unwrap_or_default(),
            delete_marker: true,
        }
    }
}

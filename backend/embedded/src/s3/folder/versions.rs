//! Buckets that keep every version of an object, and lock them for a while.
//!
//! ```text
//! settings/<bucket>.json                       that a bucket keeps versions, and how it locks them
//! versions/<bucket>/<key's path>@/<id>         a version, in the form of an object
//! versions/<bucket>/<key's path>@/<id>.lock    how it is locked
//! versions/<bucket>/<key's path>@/<id>.deleted a delete marker
//! ```
//!
//! The newest version is at its place under `buckets/` as well, unless it is a delete marker, so that everything else works as
//! without versions. What is there from before the bucket kept versions is the version `null`, as on AWS.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Folder, Object, Precondition, Ready, Record,
    draft::{self, sync},
    failed, keys,
};

/// The version that is older than the bucket's keeping of versions.
const NULL: &str = "null";
const DAY: Duration = Duration::from_hours(24);

/// What a bucket was told.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct BucketSettings {
    /// Whether it keeps versions.
    pub(crate) versioning: bool,
    /// How it locks what is written.
    pub(crate) lock: Option<DefaultLock>,
}

/// How a bucket locks what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DefaultLock {
    pub(crate) mode: LockMode,
    pub(crate) days: u32,
}

/// Who may delete a locked version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LockMode {
    /// Anyone who may bypass it.
    Governance,
    /// Nobody, before its time.
    Compliance,
}

/// How a version is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionLock {
    /// Who may delete it.
    pub mode: LockMode,
    /// When the lock ends.
    pub until: SystemTime,
}

/// A version, or a delete marker.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) marker: bool,
    pub(super) path: PathBuf,
}

/// An object of a bucket that keeps versions, open.
pub(crate) struct Versioned {
    pub(crate) object: Object,
    /// Its id; none in a bucket that keeps no versions.
    pub(crate) id: Option<String>,
    pub(crate) lock: Option<VersionLock>,
}

/// What became of a deletion.
#[derive(Debug, Default)]
pub(crate) struct Deleted {
    pub(crate) version: Option<String>,
    pub(crate) marker: bool,
}

impl Version {
    fn lock_path(&self) -> PathBuf {
        self.path.with_file_name(format!("{}.lock", self.id))
    }

    /// How it is locked.
    pub(super) fn lock(&self) -> io::Result<Option<VersionLock>> {
        match fs::read(self.lock_path()) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// When it was written.
    pub(crate) fn modified(&self) -> io::Result<SystemTime> {
        fs::metadata(&self.path)?.modified()
    }

    pub(crate) fn open(&self) -> io::Result<Object> {
        Object::open(&self.path)
    }

    /// Its place among the others.
    fn order(&self) -> u64 {
        let digits = self.id.split('-').next().unwrap_or_default();
        digits.parse().unwrap_or(0)
    }
}

impl Folder {
    fn settings_path(&self, bucket: &str) -> PathBuf {
        self.0.join("settings").join(format!("{bucket}.json"))
    }

    /// Where the versions of a bucket are.
    pub(super) fn versions_of(&self, bucket: &str) -> PathBuf {
        self.0.join("versions").join(bucket)
    }

    /// Changes of buckets that keep versions happen one after the other.
    pub(super) fn alone(&self) -> MutexGuard<'_, ()> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a bucket was told.
    pub(crate) fn settings(&self, bucket: &str) -> S3Result<BucketSettings> {
        self.bucket(bucket)?;
        match fs::read(self.settings_path(bucket)) {
            Ok(text) => serde_json::from_slice(&text).map_err(failed),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BucketSettings::default()),
            Err(error) => Err(failed(error)),
        }
    }

    /// Changes what a bucket was told.
    pub(crate) fn set(
        &self,
        bucket: &str,
        change: impl FnOnce(&mut BucketSettings) -> S3Result<()>,
    ) -> S3Result<()> {
        let _alone = self.alone();
        let mut settings = self.settings(bucket)?;
        change(&mut settings)?;
        let text = serde_json::to_vec(&settings).map_err(failed)?;
        self.replace(&self.settings_path(bucket), &text)
            .map_err(failed)
    }

    /// Writes a small file, whole or not at all.
    pub(super) fn replace(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        let temporary = self.temporary().join(Uuid::new_v4().simple().to_string());
        fs::write(&temporary, text)?;
        fs::File::open(&temporary)?.sync_all()?;
        fs::rename(&temporary, path)?;
        sync(path.parent().unwrap_or(path))
    }

    /// All versions of a key, the newest first.
    pub(crate) fn versions(&self, bucket: &str, key: &str) -> S3Result<Vec<Version>> {
        let current = keys::path_of(&self.bucket(bucket)?, key);
        let folder = keys::path_of(&self.versions_of(bucket), key);
        let mut versions = Vec::new();
        match fs::read_dir(&folder) {
            Ok(entries) => {
                for entry in entries {
                    let path = entry.map_err(failed)?.path();
                    let name = path
                        .file_name()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into_owned();
                    let (id, kind) = name.split_once('.').unwrap_or((&name, ""));
                    if kind != "lock" {
                        versions.push(Version {
                            id: id.to_owned(),
                            marker: kind == "deleted",
                            path,
                        });
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        if versions.is_empty() && current.exists() {
            versions.push(Version {
                id: NULL.to_owned(),
                marker: false,
                path: current,
            });
        }
        versions.sort_by_key(|version| std::cmp::Reverse(version.order()));
        Ok(versions)
    }

    /// Opens an object, or one version of it.
    pub(crate) fn version(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> S3Result<Versioned> {
        let settings = self.settings(bucket)?;
        if version.is_none() && !settings.versioning {
            return Ok(Versioned {
                object: self.object(bucket, key)?,
                id: None,
                lock: None,
            });
        }
        let versions = self.versions(bucket, key)?;
        let found = match version {
            Some(id) => versions
                .into_iter()
                .find(|version| version.id == id)
                .ok_or_else(|| s3_error!(NoSuchVersion, "The specified version does not exist."))?,
            None => versions
                .into_iter()
                .next()
                .filter(|newest| !newest.marker)
                .ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))?,
        };
        if found.marker {
            return Err(s3_error!(
                MethodNotAllowed,
                "The specified method is not allowed against this resource."
            ));
        }
        Ok(Versioned {
            object: found.open().map_err(failed)?,
            lock: found.lock().map_err(failed)?,
            id: Some(found.id),
        })
    }

    /// Makes a new version of an object visible. An object that a delete marker hides is absent.
    pub(super) fn publish_version(
        &self,
        bucket: &str,
        key: &str,
        ready: Ready,
        precondition: &Precondition,
        lock: Option<DefaultLock>,
    ) -> S3Result<(Record, String)> {
        let _alone = self.alone();
        let current = keys::path_of(&self.bucket(bucket)?, key);
        self.check(bucket, key, precondition)?;
        let publish = || -> io::Result<(Record, String)> {
            let (folder, id) = self.next_version(bucket, key)?;
            if let Some(DefaultLock { mode, days }) = lock {
                let until = now() + DAY * days;
                let text = serde_json::to_vec(&VersionLock { mode, until })?;
                self.replace(&folder.join(format!("{id}.lock")), &text)?;
            }
            let version = folder.join(&id);
            let record = ready.create(&self.0, &version)?;
            self.show(&version, bucket, &current)?;
            Ok((record, id))
        };
        publish().map_err(failed)
    }

    /// Puts a version in the place where an object without versions is.
    pub(super) fn show(&self, version: &Path, bucket: &str, current: &Path) -> io::Result<()> {
        let temporary = self.temporary().join(Uuid::new_v4().simple().to_string());
        fs::hard_link(version, &temporary)?;
        draft::with_folder(&self.buckets().join(bucket), current, || {
            fs::rename(&temporary, current)
        })
    }

    /// The folder of a key's versions, with what is older than all of them, and the id of the next.
    pub(super) fn next_version(&self, bucket: &str, key: &str) -> io::Result<(PathBuf, String)> {
        let folder = keys::path_of(&self.versions_of(bucket), key);
        let current = keys::path_of(&self.buckets().join(bucket), key);
        let earlier = self.versions(bucket, key).map_err(io::Error::other)?;
        if !folder.exists() {
            fs::create_dir_all(&folder)?;
            for made in folder
                .ancestors()
                .take_while(|path| path.starts_with(&*self.0))
            {
                sync(made)?;
            }
        }
        if earlier.iter().any(|version| version.path == current) {
            fs::hard_link(&current, folder.join(NULL))?;
        }
        let order = earlier.first().map_or(0, Version::order) + 1;
        Ok((folder, format!("{order:012}-{}", Uuid::new_v4().simple())))
    }

    /// Hides an object behind a delete marker.
    pub(super) fn put_marker(&self, bucket: &str, key: &str) -> S3Result<Deleted> {
        let _alone = self.alone();
        let current = keys::path_of(&self.bucket(bucket)?, key);
        let put = || -> io::Result<Deleted> {
            let (folder, id) = self.next_version(bucket, key)?;
            self.replace(&folder.join(format!("{id}.deleted")), b"")?;
            super::remove(&self.buckets().join(bucket), &current)?;
            Ok(Deleted {
                version: Some(id),
                marker: true,
            })
        };
        put().map_err(failed)
    }

    /// Removes a version for good, unless it is locked.
    pub(crate) fn delete_version(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
        bypass: bool,
    ) -> S3Result<Deleted> {
        let _alone = self.alone();
        let bucket_path = self.bucket(bucket)?;
        let current = keys::path_of(&bucket_path, key);
        let mut versions = self.versions(bucket, key)?;
        let Some(place) = versions.iter().position(|version| version.id == id) else {
            // As on AWS, what is not there is gone.
            return Ok(Deleted {
                version: Some(id.to_owned()),
                marker: false,
            });
        };
        let version = versions.remove(place);
        if let Some(lock) = version.lock().map_err(failed)? {
            let free = lock.mode == LockMode::Governance && bypass;
            if lock.until > now() && !free {
                return Err(s3_error!(
                    AccessDenied,
                    "Access Denied because object protected by object lock."
                ));
            }
        }
        let remove = || -> io::Result<()> {
            let newest = place == 0;
            match versions.first().filter(|next| newest && !next.marker) {
                Some(next) => self.show(&next.path, bucket, &current)?,
                None if newest => super::remove(&bucket_path, &current)?,
                None => {}
            }
            super::remove(&self.0, &version.path)?;
            super::remove(&self.0, &version.lock_path())
        };
        remove().map_err(failed)?;
        Ok(Deleted {
            version: Some(version.id),
            marker: version.marker,
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "S3 locks by its own clock, whatever its callers take the time to be"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

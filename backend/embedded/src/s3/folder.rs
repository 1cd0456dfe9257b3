//! The folder that holds everything.
//!
//! ```text
//! buckets/<bucket>/<key's path>@     an object: its bytes, then its record
//! uploads/<upload id>/upload.json    a multipart upload: what it will become
//! uploads/<upload id>/<number>       one of its parts, in the form of an object
//! temporary/                         what is being written; emptied at start
//! settings/, versions/               of buckets that keep versions: see `versions`
//! ```
//!
//! Whatever is visible was synced before it was renamed into its place, so that a crash leaves temporary files at worst.

mod draft;
mod keys;
mod listing;
mod object;
mod record;
mod stored;
mod uploads;
mod versions;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use s3s::{S3Error, S3Result, path::check_bucket_name, s3_error};
use tokio::task::spawn_blocking;
use uuid::Uuid;

pub(crate) use draft::{Draft, Ready};
pub(crate) use object::Object;
pub use record::Headers;
pub(crate) use record::Record;
pub use stored::{NewVersion, StoredBytes, StoredObjects, StoredVersion};
pub(crate) use uploads::{Chosen, PartInfo, Wanted};
pub(crate) use versions::{DefaultLock, Deleted, Version};
pub use versions::{LockMode, VersionLock};

/// The folder. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Folder(Arc<PathBuf>, Arc<Mutex<()>>);

/// An object that was published.
pub(crate) struct Published {
    pub(crate) record: Record,
    /// The version's id, in a bucket that keeps versions.
    pub(crate) version: Option<String>,
}

/// What a write asks of the object in whose place it would be.
#[derive(Clone, Debug)]
pub(crate) enum Precondition {
    None,
    /// There is none.
    Absent,
    /// It has that entity tag.
    Is(String),
}

impl Folder {
    /// Opens it, makes it if absent, and removes what a crash left behind.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let root = std::path::absolute(path)?;
        for part in ["buckets", "uploads", "temporary", "settings", "versions"] {
            fs::create_dir_all(root.join(part))?;
        }
        let folder = Self(Arc::new(root), Arc::default());
        for left in fs::read_dir(folder.temporary())? {
            fs::remove_file(left?.path())?;
        }
        folder.forget_old_uploads()?;
        Ok(folder)
    }

    fn buckets(&self) -> PathBuf {
        self.0.join("buckets")
    }

    fn temporary(&self) -> PathBuf {
        self.0.join("temporary")
    }

    /// Makes a bucket; whether it is new.
    pub(crate) fn create_bucket(&self, bucket: &str) -> S3Result<bool> {
        let path = self.bucket_path(bucket)?;
        match fs::create_dir(&path) {
            Ok(()) => {
                draft::sync(&self.buckets()).map_err(failed)?;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// A bucket's folder, if there is such a bucket.
    pub(crate) fn bucket(&self, bucket: &str) -> S3Result<PathBuf> {
        let path = self.bucket_path(bucket)?;
        if path.is_dir() {
            Ok(path)
        } else {
            Err(s3_error!(
                NoSuchBucket,
                "The specified bucket does not exist"
            ))
        }
    }

    fn bucket_path(&self, bucket: &str) -> S3Result<PathBuf> {
        // No slash, no leading dot, lower case: safe as a folder's name.
        if check_bucket_name(bucket) {
            Ok(self.buckets().join(bucket))
        } else {
            Err(s3_error!(
                InvalidBucketName,
                "The specified bucket is not valid."
            ))
        }
    }

    /// Starts an object.
    pub(crate) fn draft(&self) -> S3Result<Draft> {
        let name = Uuid::new_v4().simple().to_string();
        Draft::create(self.temporary().join(name)).map_err(failed)
    }

    /// Makes an object visible, if what is there now is as asked for.
    pub(crate) fn publish(
        &self,
        bucket: &str,
        key: &str,
        ready: Ready,
        precondition: &Precondition,
    ) -> S3Result<Published> {
        let settings = self.settings(bucket)?;
        if settings.versioning {
            let published =
                self.publish_version(bucket, key, ready, precondition, settings.lock)?;
            let (record, version) = published;
            return Ok(Published {
                record,
                version: Some(version),
            });
        }
        let root = self.bucket(bucket)?;
        let target = keys::path_of(&root, key);
        let _alone = self.alone();
        self.check(bucket, key, precondition)?;
        let record = ready.replace(&root, &target).map_err(failed)?;
        Ok(Published {
            record,
            version: None,
        })
    }

    /// Refuses a write if what is there now is not as asked for.
    pub(crate) fn check(
        &self,
        bucket: &str,
        key: &str,
        precondition: &Precondition,
    ) -> S3Result<()> {
        let holds = match precondition {
            Precondition::None => true,
            Precondition::Absent => !keys::path_of(&self.bucket(bucket)?, key).exists(),
            Precondition::Is(etag) => self.object(bucket, key)?.record.etag == *etag,
        };
        if holds {
            return Ok(());
        }
        Err(s3_error!(
            PreconditionFailed,
            "At least one of the pre-conditions you specified did not hold"
        ))
    }

    /// Opens an object.
    pub(crate) fn object(&self, bucket: &str, key: &str) -> S3Result<Object> {
        let path = keys::path_of(&self.bucket(bucket)?, key);
        Object::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                s3_error!(NoSuchKey, "The specified key does not exist.")
            }
            _ => failed(error),
        })
    }

    /// Removes an object, if it is there, and the folders that it alone was in. In a bucket that keeps versions it is hidden.
    pub(crate) fn delete(&self, bucket: &str, key: &str) -> S3Result<Deleted> {
        if self.settings(bucket)?.versioning {
            return self.put_marker(bucket, key);
        }
        let bucket = self.bucket(bucket)?;
        remove(&bucket, &keys::path_of(&bucket, key)).map_err(failed)?;
        Ok(Deleted::default())
    }
}

/// Removes a file, if it is there, and the folders below `root` that it alone was in.
fn remove(root: &Path, path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    let mut kept = root;
    for folder in path.ancestors().skip(1).take_while(|path| *path != root) {
        if fs::remove_dir(folder).is_err() {
            kept = folder;
            break;
        }
    }
    draft::sync(kept)
}

/// An error of the disk, as the answer to a request.
pub(crate) fn failed(error: impl std::error::Error + Send + Sync + 'static) -> S3Error {
    tracing::error!(%error, "the embedded S3 could not use its folder");
    let mut causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| {
        error.source()
    });
    let is_full = causes.any(|error| {
        let error = error.downcast_ref::<io::Error>();
        error.is_some_and(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            )
        })
    });
    if is_full {
        return s3_error!(InternalError, "The disk is full");
    }
    S3Error::internal_error(error)
}

/// Runs work on the disk where it does not hold up other requests.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> S3Result<T> + Send + 'static,
) -> S3Result<T> {
    spawn_blocking(work).await.map_err(failed)?
}

//! The manifest of a backup and the lines of its lists, as `docs/backup.md` specifies them.

use domain::{Timestamp, digest::Digest};
use embedded::s3::{Checksum, Headers, LockMode, VersionLock};
use serde::{Deserialize, Serialize};

/// The format that this program writes, and the only one that it reads.
pub(super) const FORMAT: u32 = 1;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const RECORDS: &str = "records.jsonl";
pub(super) const OBJECTS: &str = "objects.jsonl";
/// The folder with the bytes of objects.
pub(super) const FOLDER: &str = "objects";

/// What a backup is of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    /// The moment that the records are of.
    pub(super) made_at: Timestamp,
    /// The version of the program that made it.
    pub(super) version: String,
    pub(super) table: Records,
    pub(super) objects: Objects,
    /// What records name and could not be copied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) incomplete: Vec<String>,
}

/// The list of records.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Records {
    pub(super) items: u64,
    pub(super) sha256: Digest,
}

/// The list of objects.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Objects {
    pub(super) count: u64,
    /// Of all files together.
    pub(super) bytes: u64,
    pub(super) sha256: Digest,
}

/// A version of an object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ObjectLine {
    /// Its bucket's role.
    pub(super) bucket: String,
    pub(super) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    /// Whether it is a delete marker.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) deleted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) modified: Option<Timestamp>,
    /// Where its bytes are; a delete marker has none.
    #[serde(flatten)]
    pub(super) bytes: Option<FileOf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retention: Option<Retention>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) checksum: Option<Checksum>,
    #[serde(flatten)]
    pub(super) headers: Headers,
}

/// The bytes of a version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FileOf {
    /// The path within the backup.
    pub(super) file: String,
    pub(super) size: u64,
    pub(super) sha256: Digest,
}

/// How a version is locked.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Retention {
    mode: Mode,
    until: Timestamp,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Mode {
    Governance,
    Compliance,
}

impl Retention {
    /// That of a version of the embedded S3; `None` for a moment that no calendar has.
    pub(super) fn of(lock: VersionLock) -> Option<Self> {
        Some(Self {
            mode: match lock.mode {
                LockMode::Governance => Mode::Governance,
                LockMode::Compliance => Mode::Compliance,
            },
            until: Timestamp::try_from(lock.until).ok()?,
        })
    }

    /// The same for the embedded S3.
    pub(super) fn lock(self) -> VersionLock {
        VersionLock {
            mode: match self.mode {
                Mode::Governance => LockMode::Governance,
                Mode::Compliance => LockMode::Compliance,
            },
            until: self.until.into(),
        }
    }
}

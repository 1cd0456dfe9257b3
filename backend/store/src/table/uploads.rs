//! Uploads: files on their way in through presigned links.

use domain::{
    Timestamp,
    actor::Actor,
    build::RegistrationKey,
    digest::Digest,
    event::Revision,
    id::{AppId, BuildId, EnvironmentId, FileName, RunId, UploadId},
    known::Origin,
};
use serde::{Deserialize, Serialize};

use super::{item, keys};
use crate::{Result, table::handle::Builds};

/// How long an upload may take: 2 days.
const KEPT_SECONDS: i64 = 2 * 24 * 3600;

/// Files that someone is uploading, to become one build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Its identity.
    pub id: UploadId,
    /// What makes it the same upload when it is begun again.
    pub registration: RegistrationKey,
    pub app: AppId,
    /// Where to release the build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// The source code that it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// The version that people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The run that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// How the run and the revision are known.
    #[serde(default, skip_serializing_if = "Origin::is_claimed")]
    pub origin: Origin,
    /// Who uploads.
    pub by: Actor,
    pub files: Vec<UploadFile>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// The build that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<BuildId>,
}

/// One file of an [`Upload`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadFile {
    pub name: FileName,
    /// Bytes, as announced.
    pub size: u64,
    /// SHA-256 of its bytes, as announced.
    pub digest: Digest,
    /// The key of the object that it is uploaded to.
    pub staging_key: String,
    /// The multipart upload that takes its parts, for a long file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multipart: Option<String>,
}

impl Builds<'_> {
    /// Puts an upload, or what became of it.
    pub async fn put_upload(self, upload: &Upload, now: Timestamp) -> Result<()> {
        let mut item = item::of(&keys::upload(&upload.id), upload)?;
        item::expire(&mut item, now.as_second() + KEPT_SECONDS);
        self.table.calls.put(item).await
    }

    pub async fn upload(self, id: &UploadId) -> Result<Option<Upload>> {
        let item = self.table.calls.get(&keys::upload(id), true).await?;
        item.map(item::read).transpose()
    }
}

//! Uploads: files on their way in through presigned links.

use aws_sdk_dynamodb::types::AttributeValue;
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

use super::{
    calls::{Condition, Written},
    item, keys,
    list::Range,
};
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
    /// That it is to be registered, while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registering: Option<Registering>,
    /// Why no build came of it when it was to be registered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Whether its build is registered and its files come again, since those that are in place are damaged.
    #[serde(default)]
    pub heals: bool,
    /// How often it was put: of two who change what they read, the slower one is refused.
    #[serde(default)]
    pub changes: u64,
}

/// Who wants an upload registered, and how far that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registering {
    pub by: Actor,
    /// How they proved who they are.
    pub proof: String,
    /// Their address, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    pub since: Timestamp,
    /// When work on it began or went on last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worked_at: Option<Timestamp>,
    /// So many files, from the first on, are read and in place.
    pub files_done: usize,
    /// Why it was not done when it was last tried, while it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// An upload that is to be registered, as the index has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Waiting {
    pub id: UploadId,
    #[serde(rename = "started_at")]
    pub since: Timestamp,
    /// When work on it began or went on last.
    #[serde(rename = "updated_at")]
    pub worked_at: Option<Timestamp>,
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
    /// Puts an upload, or what became of it. False if somebody else changed it since it was read.
    pub async fn put_upload(self, upload: &mut Upload, now: Timestamp) -> Result<bool> {
        let before = upload.changes;
        let mut changed = upload.clone();
        changed.changes = before + 1;
        let mut item = item::of(&keys::upload(&upload.id), &changed)?;
        item::expire(&mut item, now.as_second() + KEPT_SECONDS);
        if let Some(registering) = &upload.registering {
            item.extend(keys::registering(&upload.app, registering.since, &upload.id).attributes());
            let mut time = |name: &str, at: Timestamp| {
                item.insert(name.to_owned(), AttributeValue::S(at.to_string()));
            };
            time("started_at", registering.since);
            if let Some(at) = registering.worked_at {
                time("updated_at", at);
            }
        }
        let unchanged = match before {
            0 => Condition {
                expression: "attribute_not_exists(changes)",
                values: Vec::new(),
            },
            before => Condition {
                expression: "changes = :changes",
                values: vec![(":changes", item::number(before))],
            },
        };
        let is_put = match self.table.calls.put_if(item, Some(unchanged)).await? {
            Written::Yes => true,
            // An earlier attempt may have put it, whose answer was lost.
            Written::Refused(_) => self.upload(&upload.id).await?.as_ref() == Some(&changed),
        };
        if is_put {
            *upload = changed;
        }
        Ok(is_put)
    }

    pub async fn upload(self, id: &UploadId) -> Result<Option<Upload>> {
        let item = self.table.calls.get(&keys::upload(id), true).await?;
        item.map(item::read).transpose()
    }

    /// Every upload that is to be registered; with an app, only its own. Bounded by what is uploaded at the same time.
    pub async fn waiting_uploads(self, app: Option<&AppId>) -> Result<Vec<Waiting>> {
        let of = app.map(keys::registering_of);
        let range = of.as_deref().map_or(Range::All, Range::Beginning);
        let calls = &self.table.calls;
        let items = calls.indexed(keys::REGISTERING, range).await?;
        items.into_iter().map(item::read).collect()
    }

    /// These uploads, as far as they are still there, in no order.
    pub async fn some_uploads(self, ids: &[UploadId]) -> Result<Vec<Upload>> {
        let keys: Vec<_> = ids.iter().map(keys::upload).collect();
        let items = self.table.calls.get_some(&keys, false).await?;
        items.into_iter().map(item::read).collect()
    }
}

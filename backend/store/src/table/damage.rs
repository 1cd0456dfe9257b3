//! Objects that are not what their records say, and how far looking for such has come.

use domain::{Timestamp, digest::HasherState, id::BuildId};
use serde::{Deserialize, Serialize};

use super::{handle::Integrity, item, keys};
use crate::Result;

/// How long it is kept that an object is damaged, unless that is found again: 30 days.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// An object that is not what was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// Its key in the bucket.
    pub key: String,
    /// What is there instead, for people.
    pub found: String,
    /// When that was last found.
    pub at: Timestamp,
}

/// How far the objects of the builds that are served have been read, to see that they are what was registered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// When this round began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_at: Option<Timestamp>,
    /// Whether it has come to its end.
    #[serde(default)]
    pub is_over: bool,
    /// Builds up to this one are done, in the order of their ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<BuildId>,
    /// The next build's first objects that are done.
    #[serde(default)]
    pub objects_done: usize,
    /// What has been read of the next object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<PartlyRead>,
}

/// The beginning of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartlyRead {
    /// Bytes.
    pub size: u64,
    /// Of those.
    pub digest: HasherState,
    /// The entity tag of the object: of another one, nothing has been read.
    pub etag: String,
}

impl Integrity<'_> {
    /// Whether an object was found to be damaged, and nobody has put it right since.
    pub async fn damage(self, key: &str) -> Result<Option<Damage>> {
        let item = self.table.calls.get(&keys::damage(key), true).await?;
        item.map(item::read).transpose()
    }

    pub async fn note_damage(self, damage: &Damage) -> Result<()> {
        let mut item = item::of(&keys::damage(&damage.key), damage)?;
        item::expire(&mut item, damage.at.as_second() + KEPT_SECONDS);
        self.table.calls.put(item).await
    }

    /// Takes back that an object is damaged.
    pub async fn forget_damage(self, key: &str) -> Result<()> {
        let there = "attribute_exists(pk)";
        self.table
            .calls
            .delete_if(&keys::damage(key), there)
            .await?;
        Ok(())
    }

    /// How far looking for damage has come.
    pub async fn verification(self) -> Result<Verification> {
        // One that is a moment old has some bytes read twice.
        let item = self.table.calls.get(&keys::verification(), false).await?;
        Ok(item.map(item::read).transpose()?.unwrap_or_default())
    }

    pub async fn put_verification(self, verification: &Verification) -> Result<()> {
        let item = item::of(&keys::verification(), verification)?;
        self.table.calls.put(item).await
    }
}

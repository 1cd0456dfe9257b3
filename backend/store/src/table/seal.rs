//! The newest seal of the audit log, as it was decided: what two that seal at once meet at. Verification never reads it as proof;
//! the bucket is what counts.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{audit::Seal, digest::Digest};
use serde::{Deserialize, Serialize};

use super::{
    calls::{Condition, Written},
    item, keys,
};
use crate::{Error, Result, table::handle::Audit};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewestSeal {
    /// The seal; none before the first.
    pub seal: Seal,
    /// Whether the bucket has it.
    pub in_bucket: bool,
}

#[derive(Serialize, Deserialize)]
struct SealRow {
    #[serde(flatten)]
    newest: NewestSeal,
    seal_digest: Digest,
}

impl Audit<'_> {
    /// The newest seal that was decided; `None` before the first one.
    pub async fn newest_seal(self) -> Result<Option<NewestSeal>> {
        let item = self.table.calls.get(&keys::audit_seal(), true).await?;
        let row: Option<SealRow> = item.map(item::read).transpose()?;
        let Some(row) = row else { return Ok(None) };
        // Otherwise no seal could follow it, and nobody would be told.
        if row.seal_digest != row.newest.seal.as_last().digest {
            return Err(Error::corrupt(
                "the newest seal",
                "its digest is another one's",
            ));
        }
        Ok(Some(row.newest))
    }

    /// Notes another newest seal in place of `before`; false if that is no longer what is noted.
    pub async fn note_seal(self, before: Option<&NewestSeal>, after: &NewestSeal) -> Result<bool> {
        let condition = match before {
            None => Condition::absent(),
            Some(before) => Condition {
                expression: "seal_digest = :digest AND in_bucket = :in_bucket",
                values: vec![
                    (
                        ":digest",
                        AttributeValue::S(before.seal.as_last().digest.to_string()),
                    ),
                    (":in_bucket", AttributeValue::Bool(before.in_bucket)),
                ],
            },
        };
        let row = SealRow {
            newest: after.clone(),
            seal_digest: after.seal.as_last().digest,
        };
        let item = item::of(&keys::audit_seal(), &row)?;
        Ok(self.table.calls.put_if(item, Some(condition)).await? == Written::Yes)
    }
}

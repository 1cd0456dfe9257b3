//! The configuration that the portal was last started with, by its digest, so that a change of it is noted once.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{audit::AuditRecord, digest::Digest};
use serde::{Deserialize, Serialize};

use super::{
    calls::{Condition, Write, Written},
    item, keys,
};
use crate::{Result, table::handle::Audit};

#[derive(Debug, Serialize, Deserialize)]
struct ConfigRow {
    digest: Digest,
}

impl Audit<'_> {
    /// The digest of the configuration that was last seen.
    pub async fn config_digest(self) -> Result<Option<Digest>> {
        let item = self.table.calls.get(&keys::config(), true).await?;
        let row: Option<ConfigRow> = item.map(item::read).transpose()?;
        Ok(row.map(|row| row.digest))
    }

    /// Notes that the configuration is another; false if somebody else has meanwhile.
    pub async fn change_config(
        self,
        before: Option<&Digest>,
        after: &Digest,
        note: &AuditRecord,
    ) -> Result<bool> {
        let condition = match before {
            None => Condition::absent(),
            Some(before) => Condition {
                expression: "digest = :digest",
                values: vec![(":digest", AttributeValue::S(before.to_string()))],
            },
        };
        let item = item::of(&keys::config(), &ConfigRow { digest: *after })?;
        let writes = vec![Write::Put(item, Some(condition))];
        let written = self.commit(writes, std::slice::from_ref(note)).await?;
        Ok(written == Written::Yes)
    }
}

//! Sessions: who is signed in where. A session that is not here is over, whatever its cookie says.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    audit::AuditRecord,
    digest::Digest,
    id::{PersonId, SessionId},
};
use serde::{Deserialize, Serialize};

use super::{
    calls::{Change, Condition, Deleted, Write, Written},
    handle::Sessions,
    item, keys,
};
use crate::Result;

/// The most sessions that end in one transaction, which takes 100 items with the log's own.
const AT_ONCE: usize = 90;

/// Someone's session in one browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Its identity.
    pub id: SessionId,
    pub person: PersonId,
    /// When they signed in.
    pub began: Timestamp,
    /// When its use was last noted.
    pub seen: Timestamp,
    /// When it ends whatever happens.
    pub until: Timestamp,
    /// What the browser called itself then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The address that they signed in from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// A digest of what its cookie says of them, so that no other cookie is taken for it; none of sessions from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Digest>,
}

impl Sessions<'_> {
    /// Registers a session that begins. It is deleted some time after its end.
    pub async fn put(self, session: &SessionRecord) -> Result<()> {
        let mut item = item::of(&keys::session(&session.person, &session.id), session)?;
        item::expire(&mut item, session.until.as_second());
        self.table.calls.put(item).await
    }

    /// Whether a session of whom its cookie says that has not been ended.
    pub async fn has(self, person: &PersonId, id: &SessionId, facts: &Digest) -> Result<bool> {
        let item = self
            .table
            .calls
            .get(&keys::session(person, id), true)
            .await?;
        let known: Option<SessionRecord> = item.map(item::read).transpose()?;
        Ok(known.is_some_and(|known| known.facts.is_none_or(|known| known == *facts)))
    }

    /// Notes that such a session is in use; false if it has been ended.
    pub async fn touch(
        self,
        person: &PersonId,
        id: &SessionId,
        facts: &Digest,
        now: Timestamp,
    ) -> Result<bool> {
        let changed = self.table.calls.update(Change {
            key: keys::session(person, id),
            expression: "SET seen = :seen",
            names: Vec::new(),
            condition: Some(
                "attribute_exists(pk) AND (attribute_not_exists(facts) OR facts = :facts)",
            ),
            values: vec![
                (":seen", AttributeValue::S(now.to_string())),
                (":facts", AttributeValue::S(facts.to_string())),
            ],
        });
        Ok(changed.await?.is_some())
    }

    /// Every session of someone that has not been ended, the oldest first. One that is over by itself may still be there.
    pub async fn list(self, person: &PersonId) -> Result<Vec<SessionRecord>> {
        let partition = keys::sessions_partition(person);
        let items = self.table.calls.partition(&partition, true).await?;
        items.into_iter().map(item::read).collect()
    }

    /// Ends one that its own browser gives up; false if it was over.
    pub async fn leave(self, person: &PersonId, id: &SessionId) -> Result<bool> {
        let key = keys::session(person, id);
        let deleted = self
            .table
            .calls
            .delete_if(&key, "attribute_exists(pk)")
            .await?;
        Ok(deleted == Deleted::Now)
    }

    /// Ends one from elsewhere; false if it was over.
    pub async fn end(self, person: &PersonId, id: &SessionId, note: &AuditRecord) -> Result<bool> {
        let write = Write::DeleteIf(keys::session(person, id), Condition::present());
        let written = self
            .table
            .audit()
            .commit(vec![write], std::slice::from_ref(note))
            .await?;
        Ok(written == Written::Yes)
    }

    /// Ends some of one person, each part of them together with a note of how many they were.
    pub async fn end_all(
        self,
        person: &PersonId,
        ids: &[SessionId],
        note: impl Fn(usize) -> AuditRecord,
    ) -> Result<()> {
        for some in ids.chunks(AT_ONCE) {
            let deletes = some
                .iter()
                .map(|id| Write::Delete(keys::session(person, id)));
            self.table
                .audit()
                .commit(deletes.collect(), &[note(some.len())])
                .await?;
        }
        Ok(())
    }
}

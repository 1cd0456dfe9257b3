//! Wrong guesses at secrets: how many each guesser made in a window of time.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    audit::AuditRecord,
    id::{LinkId, TokenId},
};
use serde::{Deserialize, Serialize};

use super::{
    calls::{Change, Condition, Write, Written},
    handle::Lockouts,
    item::{self, Item},
    keys::{self, Key},
    links::LinkRecord,
    tokens::TokenRecord,
    tries::Tries,
};
use crate::Result;

/// How long after its window an item is kept: a day, in which nobody reads it. DynamoDB deletes in its own time.
const KEPT_SECONDS: i64 = 24 * 3600;

/// The wrong guesses of one guesser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guesses {
    /// How many, since the window began.
    pub wrong: u32,
    /// When the window ends, in seconds since 1970. After that they do not count any more.
    pub window_ends: i64,
    /// Whether the audit log says that there were too many.
    #[serde(default)]
    pub noted: bool,
}

impl Lockouts<'_> {
    /// A token, and the guesses of the caller who shows it: one call, which sees every write before it.
    pub async fn token_and_guesses(
        self,
        id: &TokenId,
        guesser: &str,
    ) -> Result<(Option<TokenRecord>, Option<Guesses>)> {
        let (token, made) = self.with_guesses(keys::token(id), guesser).await?;
        Ok((token.map(item::read).transpose()?, made))
    }

    /// The same of a share link.
    pub async fn link_and_guesses(
        self,
        id: &LinkId,
        guesser: &str,
    ) -> Result<(Option<LinkRecord>, Option<Guesses>)> {
        let (link, made) = self.with_guesses(keys::link(id), guesser).await?;
        Ok((link.map(item::read).transpose()?, made))
    }

    /// The guesses of a caller.
    pub async fn guesses(self, guesser: &str) -> Result<Option<Guesses>> {
        let found = self.table.calls.get(&keys::guesses(guesser), true).await?;
        found.map(item::read).transpose()
    }

    /// An item, and the guesses of the caller who asks for it.
    async fn with_guesses(
        self,
        key: Key,
        guesser: &str,
    ) -> Result<(Option<Item>, Option<Guesses>)> {
        let made_at = keys::guesses(guesser);
        let both = [key, made_at.clone()];
        let (mut found, mut made) = (None, None);
        for item in self.table.calls.get_some(&both, true).await? {
            if item::text(&item, keys::PK) == made_at.pk {
                made = Some(item::read(item)?);
            } else {
                found = Some(item);
            }
        }
        Ok((found, made))
    }

    /// Counts a wrong guess, in the window that is open or else in a new one until `window_ends`. All that
    /// are in it.
    pub async fn count(
        self,
        guesser: &str,
        now: Timestamp,
        window_ends: Timestamp,
    ) -> Result<Guesses> {
        let mut tries = Tries::of("the guesses from an address");
        loop {
            let more = Change {
                key: keys::guesses(guesser),
                expression: "ADD wrong :one",
                names: Vec::new(),
                condition: Some("window_ends > :now"),
                values: vec![
                    (":one", item::number(1)),
                    (":now", item::number(now.as_second())),
                ],
            };
            if let Some(item) = self.table.calls.update(more).await? {
                return item::read(item);
            }
            let first = Guesses {
                wrong: 1,
                window_ends: window_ends.as_second(),
                noted: false,
            };
            let mut item = item::of(&keys::guesses(guesser), &first)?;
            item::expire(&mut item, first.window_ends + KEPT_SECONDS);
            let over = Condition {
                expression: "attribute_not_exists(pk) OR window_ends <= :now",
                values: vec![(":now", item::number(now.as_second()))],
            };
            if self.table.calls.put_if(item, Some(over)).await? == Written::Yes {
                return Ok(first);
            }
            tries.again().await?;
        }
    }

    /// Notes that there were too many, once a window.
    pub async fn note_lockout(self, guesser: &str, note: &AuditRecord) -> Result<()> {
        let noted = Change {
            key: keys::guesses(guesser),
            expression: "SET noted = :yes",
            names: Vec::new(),
            condition: Some("attribute_exists(pk) AND noted = :no"),
            values: vec![
                (":yes", AttributeValue::Bool(true)),
                (":no", AttributeValue::Bool(false)),
            ],
        };
        self.table
            .audit()
            .commit(vec![Write::Change(noted)], std::slice::from_ref(note))
            .await?;
        Ok(())
    }
}

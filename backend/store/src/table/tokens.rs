//! API tokens: whose they are, what they permit, and the digest that their secret is known by.
//!
//! Each owner has one more item, the roster of their live tokens, which anyone who makes one has to change: so nobody gets past
//! the limit by making two at once. A token that is over is kept for a while, so that its owner sees what became of it.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    access::Permit,
    actor::Actor,
    audit::AuditRecord,
    digest::Digest,
    id::{PersonId, TokenId, TokenLabel},
};
use serde::{Deserialize, Serialize};

use super::{
    calls::{Change, Condition, Write, Written},
    handle::Tokens,
    item,
    keys::{self, Key},
    tries::Tries,
};
use crate::{Error, Result};

/// How long a token that is over is kept: 30 days.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// An API token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Its public half.
    pub id: TokenId,
    /// What its owner calls it.
    pub label: TokenLabel,
    /// Who made it and answers for it.
    pub owner: Actor,
    /// The owner's groups that had a role when it was made. A record of an actor keeps none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// What it may do at the most.
    pub permit: Permit,
    /// What its secret half is known by.
    pub secret: Digest,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was last used, give or take a few minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    /// Who ended it before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<RevokedToken>,
}

/// That a token was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedToken {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
}

/// What became of making a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenMade {
    /// It is there.
    Yes,
    /// Its owner has one of that name.
    NameTaken,
    /// Its owner has as many as anyone may.
    TooMany,
}

/// The live tokens of one owner.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Roster {
    version: u64,
    live: Vec<Listed>,
}

/// A live token.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Listed {
    id: TokenId,
    label: TokenLabel,
    expires_at: Timestamp,
}

impl TokenRecord {
    /// Whether it opens anything now.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && now < self.expires_at
    }

    /// Its owner, with the groups that count for it.
    pub fn owner(&self) -> Actor {
        Actor {
            groups: self.groups.clone(),
            ..self.owner.clone()
        }
    }
}

impl Tokens<'_> {
    /// One token, as every write before this moment left it.
    pub async fn get(self, id: &TokenId) -> Result<Option<TokenRecord>> {
        let item = self.table.calls.get(&keys::token(id), true).await?;
        item.map(item::read).transpose()
    }

    /// Every token that is live or was lately. Bounded by people, since each may have so many.
    pub async fn list(self) -> Result<Vec<TokenRecord>> {
        let items = self.table.calls.partition(keys::TOKENS, true).await?;
        items.into_iter().map(item::read).collect()
    }

    /// Keeps a new token, unless its owner has one of that name or `most` of them.
    pub async fn make(
        self,
        token: &TokenRecord,
        most: usize,
        note: &AuditRecord,
    ) -> Result<TokenMade> {
        let mut kept = item::of(&keys::token(&token.id), token)?;
        item::expire(&mut kept, token.expires_at.as_second() + KEPT_SECONDS);
        let mut tries = Tries::of("somebody's tokens");
        loop {
            let (version, mut live) = self.roster(&token.owner).await?;
            live.retain(|listed| listed.expires_at > token.created_at);
            if live.iter().any(|listed| listed.label == token.label) {
                return Ok(TokenMade::NameTaken);
            }
            if live.len() >= most {
                return Ok(TokenMade::TooMany);
            }
            live.push(Listed {
                id: token.id.clone(),
                label: token.label.clone(),
                expires_at: token.expires_at,
            });
            let writes = vec![
                Write::Put(kept.clone(), Some(Condition::absent())),
                listed(&token.owner, version, live)?,
            ];
            if self
                .table
                .audit()
                .commit(writes, std::slice::from_ref(note))
                .await?
                == Written::Yes
            {
                return Ok(TokenMade::Yes);
            }
            tries.again().await?;
        }
    }

    /// Ends a token before its time; false if somebody has done so already.
    pub async fn revoke(
        self,
        token: &TokenRecord,
        revoked: &RevokedToken,
        note: &AuditRecord,
    ) -> Result<bool> {
        let value = serde_dynamo::to_attribute_value(revoked);
        let value: AttributeValue = value.map_err(|error| Error::corrupt("a token", error))?;
        let ended = Change {
            key: keys::token(&token.id),
            expression: "SET revoked = :revoked, #ttl = :ttl",
            names: vec![("#ttl", keys::TTL)],
            condition: Some("attribute_exists(pk) AND attribute_not_exists(revoked)"),
            values: vec![
                (":revoked", value),
                (":ttl", item::number(revoked.at.as_second() + KEPT_SECONDS)),
            ],
        };
        let mut tries = Tries::of("somebody's tokens");
        loop {
            let (version, mut live) = self.roster(&token.owner).await?;
            live.retain(|listed| listed.id != token.id);
            let writes = vec![
                Write::Change(ended.clone()),
                listed(&token.owner, version, live)?,
            ];
            match self
                .table
                .audit()
                .commit(writes, std::slice::from_ref(note))
                .await?
            {
                Written::Yes => return Ok(true),
                Written::Refused(places) if places.contains(&0) => return Ok(false),
                Written::Refused(_) => tries.again().await?,
            }
        }
    }

    /// Notes that a token was used.
    pub async fn used(self, id: &TokenId, now: Timestamp) -> Result<()> {
        let change = Change {
            key: keys::token(id),
            expression: "SET used_at = :now",
            names: Vec::new(),
            condition: Some("attribute_exists(pk)"),
            values: vec![(":now", AttributeValue::S(now.to_string()))],
        };
        self.table.calls.update(change).await?;
        Ok(())
    }

    /// Makes somebody the owner of the live tokens that were made by the person who had that address, before it was kept which
    /// person made one. How many they are.
    pub async fn claim(self, address: &str, person: &PersonId) -> Result<usize> {
        let before = keys::roster_of_address(address);
        let mut tries = Tries::of("somebody's tokens");
        loop {
            let (Some(version), live) = self.roster_at(&before).await? else {
                return Ok(0);
            };
            let owner = Actor::person(person.clone(), address, Vec::new());
            let (own, mut all) = self.roster(&owner).await?;
            all.extend(live.iter().cloned());
            let mut writes = vec![
                Write::DeleteIf(before.clone(), Condition::version(Some(version))),
                listed(&owner, own, all)?,
            ];
            let records = self.listed_records(&live).await?;
            writes.extend(
                records
                    .iter()
                    .map(|token| Write::Change(claimed(token, person))),
            );
            if self.table.calls.transact(writes).await? == Written::Yes {
                return Ok(records.len());
            }
            tries.again().await?;
        }
    }

    /// Those of some tokens that are still there.
    async fn listed_records(self, listed: &[Listed]) -> Result<Vec<TokenId>> {
        let keys: Vec<_> = listed
            .iter()
            .map(|listed| keys::token(&listed.id))
            .collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let items = self.table.calls.get_some(&keys, true).await?.into_iter();
        let records = items.map(|item| Ok(item::read::<TokenRecord>(item)?.id));
        records.collect()
    }

    async fn roster(self, owner: &Actor) -> Result<(Option<u64>, Vec<Listed>)> {
        self.roster_at(&keys::token_roster(owner)).await
    }

    async fn roster_at(self, key: &Key) -> Result<(Option<u64>, Vec<Listed>)> {
        let item = self.table.calls.get(key, true).await?;
        let roster: Option<Roster> = item.map(item::read).transpose()?;
        Ok(roster.map_or((None, Vec::new()), |roster| {
            (Some(roster.version), roster.live)
        }))
    }
}

/// That a token is somebody's, whom it did not name.
fn claimed(token: &TokenId, person: &PersonId) -> Change {
    Change {
        key: keys::token(token),
        expression: "SET #owner.person = :person",
        names: vec![("#owner", "owner")],
        condition: Some("attribute_exists(pk)"),
        values: vec![(":person", AttributeValue::S(person.to_string()))],
    }
}

/// The write of an owner's roster, if it is still the one that was read.
fn listed(owner: &Actor, version: Option<u64>, live: Vec<Listed>) -> Result<Write> {
    let roster = Roster {
        version: version.map_or(1, |version| version + 1),
        live,
    };
    let item = item::of(&keys::token_roster(owner), &roster)?;
    Ok(Write::Put(item, Some(Condition::version(version))))
}

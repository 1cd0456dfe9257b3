//! API tokens: whose they are, what they permit, and the digest that their secret is known by.
//!
//! A token that is over is kept for a while, so that its owner sees what became of it.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    access::Permit,
    actor::Actor,
    digest::Digest,
    id::{TokenId, TokenLabel},
};
use serde::{Deserialize, Serialize};

use super::{Table, calls::Change, item, keys};
use crate::Result;

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

impl Table {
    /// One token, as every write before this moment left it.
    pub async fn token(&self, id: &TokenId) -> Result<Option<TokenRecord>> {
        let item = self.get(&keys::token(id), true).await?;
        item.map(item::read).transpose()
    }

    /// Notes that a token was used.
    pub async fn token_used(&self, id: &TokenId, now: Timestamp) -> Result<()> {
        let change = Change {
            key: keys::token(id),
            expression: "SET used_at = :now",
            names: Vec::new(),
            condition: Some("attribute_exists(pk)"),
            values: vec![(":now", AttributeValue::S(now.to_string()))],
        };
        self.update(change).await?;
        Ok(())
    }
}

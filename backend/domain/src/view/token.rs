//! API tokens, as their owners see them. The token itself is shown once, and in no view.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    access::Permit,
    actor::Actor,
    id::{TokenId, TokenLabel},
};

/// An API token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenView {
    /// Its public half, which names it.
    pub id: TokenId,
    /// What its owner calls it.
    pub label: TokenLabel,
    /// Who made it and answers for it.
    pub owner: Actor,
    /// What it may do at the most. What its owner may not, it may not either.
    pub permit: Permit,
    /// Whether it works.
    pub standing: TokenStanding,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was last used, give or take five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Who revoked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<Actor>,
}

/// Whether a token works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TokenStanding {
    /// It does.
    Live,
    /// Its time is over.
    Expired,
    /// It was ended before its time.
    Revoked,
}

/// API tokens: the live ones, then those that ended in the last 30 days, each newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokensView {
    /// The tokens.
    pub tokens: Vec<TokenView>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// A token that was just made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeToken {
    /// The token itself, for the header `Authorization: Bearer …`. It is shown here and never again.
    pub bearer: String,
    /// What is known of it.
    pub token: TokenView,
}

impl fmt::Debug for MadeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeToken")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

//! An API token as its holder has it: `towpath_<id>_<secret>`. Scanners for secrets find it by how it begins.

use domain::id::TokenId;

use crate::credential::Secret;

/// How every token begins.
const PREFIX: &str = "towpath_";

/// Characters of the identifier.
const ID: usize = 26;

/// An API token: its public half, which names it, and the secret one.
#[derive(Clone, Debug)]
pub(crate) struct TokenText {
    /// Which token.
    pub(crate) id: TokenId,
    /// What proves that its holder was given it.
    pub(crate) secret: Secret,
}

impl TokenText {
    /// Reads one. `None` for a text that never was one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_at_checked(ID)?;
        Some(Self {
            id: id.parse().ok()?,
            secret: Secret::parse(secret.strip_prefix('_')?)?,
        })
    }
}

//! What the address of a share link ends with: `<id>.<secret>`.

use domain::id::LinkId;

use crate::credential::Secret;

/// What the address of a link ends with: `<id>.<secret>`.
#[derive(Clone, Debug)]
pub struct LinkText {
    /// Which link.
    pub id: LinkId,
    /// What proves that its holder was given it.
    pub secret: Secret,
}

impl LinkText {
    /// Reads one. `None` for a text that never was one.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        Some(Self {
            id: id.parse().ok()?,
            secret: Secret::parse(secret)?,
        })
    }

    /// As its holder gets it, once.
    pub fn text(&self) -> String {
        format!("{}.{}", self.id, self.secret.text())
    }
}

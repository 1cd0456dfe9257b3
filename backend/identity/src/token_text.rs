//! An API token as its holder has it: `towpath_<id>_<secret>`. Scanners for secrets find it by how it begins.

use domain::id::TokenId;

use crate::credential::Secret;

/// How every token begins.
const PREFIX: &str = "towpath_";

/// Characters of the identifier.
const ID: usize = 26;

/// An API token: its public half, which names it, and the secret one.
#[derive(Debug)]
pub struct TokenText {
    pub id: TokenId,
    /// What proves that its holder was given it.
    pub secret: Secret,
}

impl TokenText {
    /// Reads one. `None` for a text that never was one.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_at_checked(ID)?;
        Some(Self {
            id: id.parse().ok()?,
            secret: Secret::parse(secret.strip_prefix('_')?)?,
        })
    }

    /// As its holder gets it, once.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_and_in_no_other_way() {
        let token = TokenText {
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
            secret: Secret::new([7; 32]),
        };
        let text = token.text();
        let read = TokenText::parse(&text).unwrap();
        assert_eq!(read.id, token.id);
        assert!(read.secret.is(&token.secret.digest()));
        for wrong in [
            String::new(),
            text.to_uppercase(),
            text.replace("towpath_", "towpath-"),
            text.replacen("AV_", "AV-", 1),
            format!(" {text}"),
            format!("{text} "),
            text[..text.len() - 1].to_owned(),
            format!("towpath_{}", "é".repeat(40)),
        ] {
            assert!(TokenText::parse(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        let token = TokenText {
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
            secret: Secret::new([7; 32]),
        };
        assert!(!format!("{token:?}").contains(&token.secret.text()));
    }
}

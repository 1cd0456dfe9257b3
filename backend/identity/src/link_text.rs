//! What the address of a share link ends with: `<id>.<secret>`.

use domain::id::LinkId;

use crate::credential::Secret;

/// What the address of a link ends with: `<id>.<secret>`.
#[derive(Debug)]
pub struct LinkText {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_back_and_nothing_else_is() {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let secret = Secret::new([7; 32]);
        let text = format!("{id}.{}", secret.text());
        let read = LinkText::parse(&text).unwrap();
        assert_eq!(read.text(), text);
        for wrong in [
            "",
            ".",
            id,
            &secret.text(),
            &format!("{id}."),
            &format!("{id}{}", secret.text()),
            &format!("{text}."),
            &format!("{text}A"),
            &format!("x{text}"),
        ] {
            assert!(LinkText::parse(wrong).is_none(), "{wrong}");
        }
    }
}

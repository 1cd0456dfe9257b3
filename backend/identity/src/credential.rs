//! What is handed out once and never kept: a name that is, and a secret whose digest is.
//!
//! The secret has 256 random bits, so a fast digest keeps it as well as a slow one would: there is nothing to guess.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use domain::digest::Digest;
use secrecy::{ExposeSecret as _, SecretBox};
use subtle::ConstantTimeEq as _;

/// Characters of a secret's text.
const LENGTH: usize = 43;

/// A secret that proves that its holder was given it.
#[derive(Debug)]
pub struct Secret(SecretBox<[u8; 32]>);

impl Secret {
    /// A new one, of bytes that nobody can guess.
    pub fn new(random: [u8; 32]) -> Self {
        Self(SecretBox::init_with(|| random))
    }

    /// Reads one. `None` for a text that never was one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64.decode(text).ok().filter(|_| text.len() == LENGTH)?;
        bytes.try_into().ok().map(Self::new)
    }

    /// As its holder gets it, once: 43 characters of base 64 for addresses (RFC 4648, section 5).
    pub fn text(&self) -> String {
        BASE64.encode(self.0.expose_secret())
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.expose_secret())
    }

    /// Whether this is what was kept, in a time that says nothing about where they differ.
    pub fn is(&self, kept: &Digest) -> bool {
        self.digest().as_bytes().ct_eq(kept.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_digest_and_by_no_other() {
        let secret = Secret::new([7; 32]);
        let read = Secret::parse(&secret.text()).unwrap();
        assert!(read.is(&secret.digest()));
        assert!(!Secret::new([8; 32]).is(&secret.digest()));
    }

    #[test]
    fn what_never_was_a_secret_is_not_read() {
        let text = Secret::new([255; 32]).text();
        assert_eq!(text.len(), LENGTH);
        for wrong in [
            "",
            &text[1..],
            &format!("{text}A"),
            &"=".repeat(43),
            &"é".repeat(22),
        ] {
            assert!(Secret::parse(wrong).is_none(), "{wrong}");
        }
        // The last character holds four bits only: another with the same four is another text of the same bytes.
        assert!(Secret::parse(&format!("{}9", &text[..42])).is_none());
    }

    #[test]
    fn a_secret_is_not_printed() {
        let printed = format!("{:?}", Secret::new([7; 32]));
        assert!(
            printed.contains("REDACTED") && !printed.contains('7'),
            "{printed}"
        );
    }
}

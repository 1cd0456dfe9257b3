//! Encrypts and authenticates what browsers keep for the portal: AES-256-GCM, with keys derived from the session secret.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest, hkdf,
};

/// What something was sealed for. What was sealed for one purpose does not open for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A sign-in that was begun.
    Attempt,
    /// Someone's session.
    Session,
    /// The issuer's token, for sign-out.
    Token,
    /// A form that was sent after its session had ended.
    Form,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Attempt => b"towpath attempt 1",
            Self::Session => b"towpath session 1",
            Self::Token => b"towpath token 1",
            Self::Form => b"towpath form 1",
        }
    }
}

/// The key that seals, and the one that did before.
#[derive(Debug)]
pub(super) struct Keys {
    current: LessSafeKey,
    previous: Option<LessSafeKey>,
}

impl Keys {
    /// Derives the keys. None if the derivation fails, which it cannot for keys of this length.
    pub(super) fn derive(current: &str, previous: Option<&str>) -> Option<Self> {
        Some(Self {
            current: key(current)?,
            previous: match previous {
                Some(secret) => Some(key(secret)?),
                None => None,
            },
        })
    }

    /// Seals, with the first bytes of `random` as nonce. Empty if it fails, which opens to nothing.
    pub(super) fn seal(&self, purpose: Purpose, plain: &[u8], random: &[u8; 32]) -> String {
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&random[..NONCE_LEN]);
        let mut sealed = plain.to_vec();
        let aad = Aad::from(purpose.label());
        let done = self.current.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            aad,
            &mut sealed,
        );
        match done {
            Ok(()) => text(&[&nonce[..], &sealed].concat()),
            Err(_) => String::new(),
        }
    }

    /// Opens what either key sealed.
    pub(super) fn open(&self, purpose: Purpose, sealed: &str) -> Option<Vec<u8>> {
        let bytes = BASE64.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let keys = [Some(&self.current), self.previous.as_ref()];
        keys.into_iter().flatten().find_map(|key| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut plain = sealed.to_vec();
            let opened = key.open_in_place(nonce, Aad::from(purpose.label()), &mut plain);
            Some(opened.ok()?.to_vec())
        })
    }
}

fn key(secret: &str) -> Option<LessSafeKey> {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"towpath");
    let derived = salt.extract(secret.as_bytes());
    let derived = derived.expand(&[b"cookies"], &AES_256_GCM).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(derived)))
}

/// Bytes as they stand in addresses and cookies.
pub(super) fn text(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Whether two texts are the same. It takes a time that says nothing of the texts: where two digests differ does not
/// tell where what they are of does.
pub(super) fn equal(one: &str, other: &str) -> bool {
    let of = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
    of(one).as_ref() == of(other).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an old secret of at least 32 characters";
    const NEW: &str = "a new secret of at least 32 characters!";

    fn keys(current: &str, previous: Option<&str>) -> Keys {
        Keys::derive(current, previous).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_for_its_purpose_only() {
        let keys = keys(OLD, None);
        let sealed = keys.seal(Purpose::Session, b"ada", &[7; 32]);
        assert_eq!(keys.open(Purpose::Session, &sealed).unwrap(), b"ada");
        assert_eq!(keys.open(Purpose::Token, &sealed), None);
    }

    #[test]
    fn any_altered_character_closes_it() {
        let keys = keys(OLD, None);
        let sealed = keys.seal(Purpose::Session, b"ada", &[7; 32]);
        for at in 0..sealed.len() {
            let mut altered = sealed.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(keys.open(Purpose::Session, &altered), None, "{at}");
            assert_eq!(keys.open(Purpose::Session, &sealed[..at]), None, "{at}");
        }
    }

    #[test]
    fn a_rotated_key_opens_until_it_is_dropped() {
        let sealed = keys(OLD, None).seal(Purpose::Session, b"ada", &[7; 32]);
        let open = |keys: Keys| keys.open(Purpose::Session, &sealed);
        assert_eq!(open(keys(NEW, Some(OLD))).unwrap(), b"ada");
        assert_eq!(open(keys(NEW, None)), None);
    }
}

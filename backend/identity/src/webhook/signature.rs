//! Whether a delivery is signed with a secret: HMAC-SHA256 over its bytes as they came, compared in constant time.

use std::fmt;

use ring::hmac;
use serde::Deserialize;

/// The fewest characters of a secret.
const SHORTEST: usize = 16;

/// A secret to sign with.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Key(hmac::Key);

/// Which of the two live secrets something is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    Current,
    Previous,
}

impl TryFrom<String> for Key {
    type Error = &'static str;

    fn try_from(secret: String) -> Result<Self, &'static str> {
        if secret.chars().count() < SHORTEST {
            return Err("a secret of 16 characters or more");
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Which of the secrets a body is signed with, if it is. `signature` is written `sha256=` and 64 hexadecimal digits.
pub(super) fn signed(
    current: &Key,
    previous: Option<&Key>,
    signature: Option<&str>,
    body: &[u8],
) -> Option<Signed> {
    let tag = hex::decode(signature?.strip_prefix("sha256=")?).ok()?;
    let is_of = |Key(key): &Key| hmac::verify(key, body, &tag).is_ok();
    if is_of(current) {
        return Some(Signed::Current);
    }
    previous.is_some_and(is_of).then_some(Signed::Previous)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector that GitHub publishes.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const SIGNATURE: &str =
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn key(secret: &str) -> Key {
        Key::try_from(secret.to_owned()).unwrap()
    }

    #[test]
    fn githubs_own_example_is_signed() {
        let found = signed(&key(SECRET), None, Some(SIGNATURE), BODY);
        assert_eq!(found, Some(Signed::Current));
    }

    #[test]
    fn either_of_two_secrets_will_do() {
        let other = key("the secret that comes next");
        let found = signed(&other, Some(&key(SECRET)), Some(SIGNATURE), BODY);
        assert_eq!(found, Some(Signed::Previous));
        assert_eq!(signed(&other, None, Some(SIGNATURE), BODY), None);
    }

    #[test]
    fn any_altered_bit_of_the_body_or_of_the_signature_is_found() {
        let key = key(SECRET);
        for place in 0..BODY.len() * 8 {
            let mut body = BODY.to_vec();
            body[place / 8] ^= 1 << (place % 8);
            assert_eq!(signed(&key, None, Some(SIGNATURE), &body), None);
        }
        let tag = hex::decode(&SIGNATURE["sha256=".len()..]).unwrap();
        for place in 0..tag.len() * 8 {
            let mut tag = tag.clone();
            tag[place / 8] ^= 1 << (place % 8);
            let signature = format!("sha256={}", hex::encode(tag));
            assert_eq!(signed(&key, None, Some(&signature), BODY), None);
        }
    }

    #[test]
    fn what_is_no_signature_signs_nothing() {
        let none = [
            None,
            Some(""),
            Some("sha256="),
            Some("sha1=757107ea0eb2509fc211221cce984b8a37570b6d"),
            Some(&SIGNATURE["sha256=".len()..]),
            Some(&SIGNATURE[..SIGNATURE.len() - 2]),
            Some("sha256=no hexadecimal digits"),
        ];
        for signature in none {
            assert_eq!(signed(&key(SECRET), None, signature, BODY), None);
        }
    }
}

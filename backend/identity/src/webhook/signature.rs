//! Whether a delivery is signed with a secret: over its bytes as they came, compared in constant time.

use std::fmt;

use domain::webhook::SignatureScheme;
use http::HeaderMap;
use ring::hmac;
use serde::Deserialize;

use super::UnverifiedDelivery;

/// The fewest characters of a secret.
const SHORTEST: usize = 16;

/// A secret to sign with.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Secret(String);

/// Which of the two live secrets something is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    Current,
    Previous,
}

impl TryFrom<String> for Secret {
    type Error = &'static str;

    fn try_from(secret: String) -> Result<Self, &'static str> {
        if secret.chars().count() < SHORTEST {
            return Err("a secret of 16 characters or more");
        }
        Ok(Self(secret))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Whether a delivery is signed with it.
    fn has_signed(&self, delivery: &UnverifiedDelivery<'_>) -> bool {
        match delivery.scheme {
            SignatureScheme::HexHmacSha256 { header, prefix } => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
                hex_digits(delivery.headers, header, prefix)
                    .is_some_and(|tag| hmac::verify(&key, delivery.body, &tag).is_ok())
            }
        }
    }
}

/// Which of the secrets a delivery is signed with, if it is.
pub(super) fn signed(
    current: &Secret,
    previous: Option<&Secret>,
    delivery: &UnverifiedDelivery<'_>,
) -> Option<Signed> {
    if current.has_signed(delivery) {
        return Some(Signed::Current);
    }
    previous
        .is_some_and(|previous| previous.has_signed(delivery))
        .then_some(Signed::Previous)
}

/// The bytes that a header holds as hexadecimal digits behind a prefix.
fn hex_digits(headers: &HeaderMap, header: &str, prefix: &str) -> Option<Vec<u8>> {
    let text = headers.get(header)?.to_str().ok()?;
    hex::decode(text.strip_prefix(prefix)?).ok()
}

#[cfg(test)]
mod tests {
    use domain::source::GITHUB;
    use http::HeaderValue;

    use super::*;

    /// The vector that GitHub publishes.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const SIGNATURE: &str =
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    const HEADER: &str = "x-hub-signature-256";

    fn secret(secret: &str) -> Secret {
        Secret::try_from(secret.to_owned()).unwrap()
    }

    /// Which of the secrets that body is signed with, by GitHub's scheme.
    fn found(
        current: &Secret,
        previous: Option<&Secret>,
        signature: Option<&str>,
        body: &[u8],
    ) -> Option<Signed> {
        let mut headers = HeaderMap::new();
        if let Some(signature) = signature {
            headers.insert(HEADER, HeaderValue::from_str(signature).unwrap());
        }
        let delivery = UnverifiedDelivery {
            source: GITHUB,
            scheme: SignatureScheme::HexHmacSha256 {
                header: HEADER,
                prefix: "sha256=",
            },
            endpoint: "acme",
            headers: &headers,
            body,
        };
        signed(current, previous, &delivery)
    }

    #[test]
    fn githubs_own_example_is_signed() {
        let found = found(&secret(SECRET), None, Some(SIGNATURE), BODY);
        assert_eq!(found, Some(Signed::Current));
    }

    #[test]
    fn either_of_two_secrets_will_do() {
        let other = secret("the secret that comes next");
        let previous = found(&other, Some(&secret(SECRET)), Some(SIGNATURE), BODY);
        assert_eq!(previous, Some(Signed::Previous));
        assert_eq!(found(&other, None, Some(SIGNATURE), BODY), None);
    }

    #[test]
    fn any_altered_bit_of_the_body_or_of_the_signature_is_found() {
        let secret = secret(SECRET);
        for place in 0..BODY.len() * 8 {
            let mut body = BODY.to_vec();
            body[place / 8] ^= 1 << (place % 8);
            assert_eq!(found(&secret, None, Some(SIGNATURE), &body), None);
        }
        let tag = hex::decode(&SIGNATURE["sha256=".len()..]).unwrap();
        for place in 0..tag.len() * 8 {
            let mut tag = tag.clone();
            tag[place / 8] ^= 1 << (place % 8);
            let signature = format!("sha256={}", hex::encode(tag));
            assert_eq!(found(&secret, None, Some(&signature), BODY), None);
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
            assert_eq!(found(&secret(SECRET), None, signature, BODY), None);
        }
    }
}

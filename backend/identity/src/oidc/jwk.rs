//! An issuer's public keys, and what they have signed. The arithmetic is ring's.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

/// How something is signed. There is no entry for "none", nor for a secret that both sides know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Algorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    EdDSA,
}

/// The keys that an issuer publishes.
#[derive(Debug, Deserialize)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
}

/// One of them (RFC 7517). What is of a kind that we do not know is passed over.
#[derive(Debug, Deserialize)]
pub(crate) struct Key {
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    kty: String,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// The keys that a token can mean: the one that it names, or any that fits when it names none.
    pub(crate) fn of<'k>(
        &'k self,
        kid: Option<&'k str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &'k Key> {
        let named = move |key: &&Key| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid));
        let fits = move |key: &&Key| key.is_for(algorithm);
        self.keys.iter().filter(named).filter(fits)
    }
}

impl Key {
    fn is_for(&self, algorithm: Algorithm) -> bool {
        let (kty, curve) = match algorithm {
            Algorithm::ES256 => ("EC", Some("P-256")),
            Algorithm::ES384 => ("EC", Some("P-384")),
            Algorithm::EdDSA => ("OKP", Some("Ed25519")),
            _ => ("RSA", None),
        };
        let name = format!("{algorithm:?}");
        self.kty == kty
            && curve.is_none_or(|curve| self.crv.as_deref() == Some(curve))
            && self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == name)
    }

    /// Whether it has signed `message`.
    pub(crate) fn has_signed(&self, algorithm: Algorithm, message: &[u8], signed: &[u8]) -> bool {
        self.verified(algorithm, message, signed).is_some()
    }

    fn verified(&self, algorithm: Algorithm, message: &[u8], signed: &[u8]) -> Option<()> {
        if let Some(parameters) = rsa(algorithm) {
            let (n, e) = (decoded(self.n.as_ref())?, decoded(self.e.as_ref())?);
            let key = RsaPublicKeyComponents { n, e };
            return key.verify(parameters, message, signed).ok();
        }
        let x = decoded(self.x.as_ref())?;
        if algorithm == Algorithm::EdDSA {
            let key = UnparsedPublicKey::new(&signature::ED25519, x);
            return key.verify(message, signed).ok();
        }
        let (curve, length) = match algorithm {
            Algorithm::ES256 => (&signature::ECDSA_P256_SHA256_FIXED, 32),
            _ => (&signature::ECDSA_P384_SHA384_FIXED, 48),
        };
        let y = decoded(self.y.as_ref())?;
        let point = [&[4], &x[..], &y[..]].concat();
        let key = UnparsedPublicKey::new(curve, point);
        let right = x.len() == length && y.len() == length;
        key.verify(message, signed).ok().filter(|()| right)
    }
}

fn rsa(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::RS256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 | Algorithm::ES384 | Algorithm::EdDSA => None,
    }
}

fn decoded(part: Option<&String>) -> Option<Vec<u8>> {
    BASE64.decode(part?.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{
        super::token::{Token, TokenError},
        *,
    };

    /// One key and token an algorithm, made by another implementation (Node.js).
    fn samples() -> Vec<(KeySet, String)> {
        #[derive(Deserialize)]
        struct Sample {
            key: Key,
            token: String,
        }
        let samples: Vec<Sample> =
            serde_json::from_str(include_str!("samples/signatures.json")).unwrap();
        samples
            .into_iter()
            .map(|sample| {
                (
                    KeySet {
                        keys: vec![sample.key],
                    },
                    sample.token,
                )
            })
            .collect()
    }

    fn error(token: &str, keys: &KeySet) -> Option<TokenError> {
        Token::parse(token)
            .and_then(|token| token.verified::<Value>(keys))
            .err()
    }

    #[test]
    fn what_another_implementation_signed_is_signed() {
        let samples = samples();
        assert_eq!(samples.len(), 9);
        for (keys, token) in &samples {
            assert_eq!(error(token, keys), None, "{keys:?}");
        }
    }

    #[test]
    fn a_token_whose_claims_were_changed_is_not() {
        for (keys, token) in samples() {
            let parts: Vec<&str> = token.split('.').collect();
            let claims = BASE64.encode(r#"{"iss":"https://issuer.example","sub":"s-2"}"#);
            let forged = format!("{}.{claims}.{}", parts[0], parts[2]);
            assert_eq!(error(&forged, &keys), Some(TokenError::Signature));
        }
    }
}

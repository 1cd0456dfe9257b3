//! An issuer's public keys, and what they have signed. The arithmetic is ring's.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

/// How something is signed. There is no entry for "none", nor for a secret that both sides know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Algorithm {
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
pub(super) struct KeySet {
    keys: Vec<Key>,
}

/// One of them (RFC 7517). What is of a kind that we do not know is passed over.
#[derive(Debug, Deserialize)]
pub(super) struct Key {
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
    pub(super) fn of<'k>(
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
    pub(super) fn has_signed(&self, algorithm: Algorithm, message: &[u8], signed: &[u8]) -> bool {
        self.verified(algorithm, message, signed).is_some()
    }

    fn verified(&self, algorithm: Algorithm, message: &[u8], signed: &[u8]) -> Option<()> {
        if let Some(parameters) = rsa(algorithm) {
            let (n, e) = (decoded(&self.n)?, decoded(&self.e)?);
            let key = RsaPublicKeyComponents { n, e };
            return key.verify(parameters, message, signed).ok();
        }
        let x = decoded(&self.x)?;
        match algorithm {
            Algorithm::EdDSA => UnparsedPublicKey::new(&signature::ED25519, x)
                .verify(message, signed)
                .ok(),
            _ => {
                let (curve, length) = match algorithm {
                    Algorithm::ES256 => (&signature::ECDSA_P256_SHA256_FIXED, 32),
                    _ => (&signature::ECDSA_P384_SHA384_FIXED, 48),
                };
                let y = decoded(&self.y)?;
                let right = x.len() == length && y.len() == length;
                let point = [&[4], &x[..], &y[..]].concat();
                let verified = UnparsedPublicKey::new(curve, point).verify(message, signed);
                verified.ok().filter(|()| right)
            }
        }
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

fn decoded(part: &Option<String>) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(part.as_deref()?.trim_end_matches('=')).ok()?;
    Some(bytes)
}

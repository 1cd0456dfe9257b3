//! Signed JSON Web Tokens: in their parts, their signature, and their times.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use domain::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};

use super::jwk::{Algorithm, KeySet};

/// How far the issuer's clock may be from ours: a minute.
const LEEWAY: f64 = 60.0;

/// The most characters of a token. One with hundreds of groups has some ten thousand.
const LIMIT: usize = 64 << 10;

/// Why a token proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token.
    #[error("it is not a signed JSON Web Token of a kind that is accepted")]
    Malformed,
    /// Its key is not among the issuer's.
    #[error("it names a key that its issuer does not publish")]
    UnknownKey,
    /// Its key did not sign it.
    #[error("its signature is wrong")]
    Signature,
    /// It is another issuer's.
    #[error("it comes from another issuer")]
    Issuer,
    /// It is for someone else.
    #[error("it is meant for another client")]
    Audience,
    /// It is for another sign-in.
    #[error("it answers another sign-in")]
    Nonce,
    /// It is over, or has not begun.
    #[error("it is not valid at this time")]
    Time,
    /// It names nobody.
    #[error("it names nobody")]
    Subject,
}

/// A token in its parts, of which nothing is proved yet.
pub(crate) struct Token<'t> {
    header: Header,
    signed: &'t [u8],
    payload: &'t str,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

/// When a token counts, in seconds since 1970. Some issuers write fractions.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Times {
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
}

impl<'t> Token<'t> {
    pub(crate) fn parse(token: &'t str) -> Result<Self, TokenError> {
        if token.len() > LIMIT {
            return Err(TokenError::Malformed);
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(TokenError::Malformed);
        };
        let header: Header = json(header)?;
        if header.crit.is_some() {
            return Err(TokenError::Malformed);
        }
        let signature = BASE64.decode(signature);
        Ok(Self {
            header,
            signed: &token.as_bytes()[..token.rfind('.').unwrap_or_default()],
            payload,
            signature: signature.map_err(|_| TokenError::Malformed)?,
        })
    }

    /// The claims, once one of the keys has signed them.
    pub(crate) fn verified<C: DeserializeOwned>(&self, keys: &KeySet) -> Result<C, TokenError> {
        let Header { alg, kid, .. } = &self.header;
        let mut candidates = keys.of(kid.as_deref(), *alg).peekable();
        if candidates.peek().is_none() {
            return Err(TokenError::UnknownKey);
        }
        if candidates.any(|key| key.has_signed(*alg, self.signed, &self.signature)) {
            json(self.payload)
        } else {
            Err(TokenError::Signature)
        }
    }

    /// Whose it says that it is, to know whom to ask for keys. Anyone can write that.
    pub(crate) fn unproved_issuer(&self) -> Result<String, TokenError> {
        #[derive(Deserialize)]
        struct Issued {
            iss: String,
        }
        Ok(json::<Issued>(self.payload)?.iss)
    }
}

/// Claims that are there twice say nothing.
fn json<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = BASE64.decode(part).map_err(|_| TokenError::Malformed)?;
    domain::json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}

impl Times {
    /// Whether it counts now, by clocks that may differ by a minute.
    pub(crate) fn hold(self, now: Timestamp) -> bool {
        let now = seconds(now);
        let begun = self.iat <= now + LEEWAY && self.nbf.is_none_or(|nbf| nbf <= now + LEEWAY);
        begun && self.exp > now - LEEWAY
    }

    /// How long ago it was issued, in seconds.
    pub(crate) fn age(self, now: Timestamp) -> f64 {
        seconds(now) - self.iat
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds since 1970 are exact in a double for some hundred million years"
)]
fn seconds(at: Timestamp) -> f64 {
    at.as_second() as f64
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    #[test]
    fn claims_that_are_there_twice_say_nothing() {
        let claims = |text: &str| json::<Map<String, Value>>(&BASE64.encode(text));
        assert!(claims(r#"{"sub":"a","aud":"b"}"#).is_ok());
        let twice = claims(r#"{"sub":"a","aud":"b","sub":"c"}"#);
        assert_eq!(twice, Err(TokenError::Malformed));
    }
}

//! ID tokens: signed by the issuer, for this portal, for this very sign-in, and not over (`OpenID` Connect Core, 3.1.3.7).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use domain::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    claims::Claims,
    jwk::{Algorithm, KeySet},
    seal,
};

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
pub(super) struct IdToken<'t> {
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

impl<'t> IdToken<'t> {
    pub(super) fn parse(token: &'t str) -> Result<Self, TokenError> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(TokenError::Malformed);
        };
        if token.len() > LIMIT {
            return Err(TokenError::Malformed);
        }
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
    pub(super) fn verified(&self, keys: &KeySet) -> Result<Claims, TokenError> {
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
}

fn json<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = BASE64.decode(part).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}

/// What claims must say.
pub(super) struct Expected<'e> {
    pub(super) issuer: &'e str,
    pub(super) client_id: &'e str,
    pub(super) nonce: &'e str,
}

impl Expected<'_> {
    pub(super) fn check(&self, claims: &Claims, now: Timestamp) -> Result<(), TokenError> {
        if claims.iss != self.issuer {
            return Err(TokenError::Issuer);
        }
        let mine = |client: &String| client == self.client_id;
        let alone = claims.aud.len() == 1;
        let party = claims.azp.as_ref().map_or(alone, mine);
        if !claims.aud.iter().any(mine) || !party {
            return Err(TokenError::Audience);
        }
        let nonce = claims.nonce.as_deref();
        if !nonce.is_some_and(|nonce| seal::equal(nonce, self.nonce)) {
            return Err(TokenError::Nonce);
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds since 1970 are exact in a double for some hundred million years"
        )]
        let now = now.as_second() as f64;
        let begun = claims.iat <= now + LEEWAY && claims.nbf.is_none_or(|nbf| nbf <= now + LEEWAY);
        if !begun || claims.exp <= now - LEEWAY {
            return Err(TokenError::Time);
        }
        if claims.sub.is_empty() || claims.sub.len() > 255 {
            return Err(TokenError::Subject);
        }
        Ok(())
    }
}

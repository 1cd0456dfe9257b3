//! ID tokens: for this portal, for this very sign-in, and not over (`OpenID` Connect Core, 3.1.3.7).

use domain::Timestamp;

use super::{claims::Claims, seal};
use crate::oidc::TokenError;

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
        if !claims.times.hold(now) {
            return Err(TokenError::Time);
        }
        if claims.sub.is_empty() || claims.sub.len() > 255 {
            return Err(TokenError::Subject);
        }
        Ok(())
    }
}

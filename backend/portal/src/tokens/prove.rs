//! Whether anyone who shows a token was given it, and whether it still counts.

use domain::{Timestamp, actor::Actor, causes::chain};
use identity::{
    Authenticated, TokenText,
    lockout::{Guessed, Guesser},
};
use jiff::SignedDuration;
use store::table::TokenRecord;

use crate::{
    lockout::Lockouts,
    tokens::{Tokens, authenticate::AuthError},
};

/// How often a token's use is noted, at the most.
const NOTED: SignedDuration = SignedDuration::from_mins(5);

impl Tokens<'_> {
    /// Who shows an API token. It is read as every write before left it, so that one that was revoked is over at once, and
    /// in the same call as the guesses from where it comes.
    ///
    /// A token that is over is no guess: a job that nobody told of it does not lock out its neighbours.
    pub(crate) async fn verify(
        self,
        shown: &TokenText,
        from: Option<&str>,
        now: Timestamp,
    ) -> Result<Authenticated, AuthError> {
        let guesser = Guesser::at_address(Guessed::Tokens, from);
        let table = &self.portal.table;
        let (token, made) = table
            .lockouts()
            .token_and_guesses(&shown.id, guesser.key())
            .await?;
        if let Some(locked) = Lockouts::of(self.portal)
            .locked_out(&guesser, made.as_ref(), now)
            .await?
        {
            return Err(AuthError::LockedOut(locked));
        }
        let Some(token) = token.filter(|token| shown.secret.is(&token.secret)) else {
            Lockouts::of(self.portal).count(&guesser, now).await?;
            return Err(AuthError::Invalid);
        };
        if !token.is_live(now) {
            return Err(AuthError::Invalid);
        }
        self.note_use(&token, now).await;
        Ok(Authenticated {
            actor: Actor::token(token.owner(), token.label.as_str(), token.permit.clone()),
            proof: format!("token {}", token.id),
        })
    }

    /// Notes that a token is in use, now and then. What cannot be noted stops nobody.
    async fn note_use(self, token: &TokenRecord, now: Timestamp) {
        let lately = token
            .used_at
            .is_some_and(|used| now.duration_since(used) < NOTED);
        if lately {
            return;
        }
        if let Err(error) = self.portal.table.tokens().used(&token.id, now).await {
            tracing::warn!(token = %token.id, error = chain(&error), "a token's use was not noted");
        }
    }
}

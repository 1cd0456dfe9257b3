//! Lockout: anyone who guesses at secrets, or floods the issuer with codes, has to wait.
//!
//! Wrong guesses are counted by guesser, in a window of time that begins with the first. After so many, the guesser is
//! refused until the window is over, also with what is right: else the refusal would tell them so. Nobody can guess the 256
//! random bits of a token; this tells the auditor who tries, and makes trying cheap to refuse.
//!
//! Passwords of share links are counted by link instead, in `links::guest`.

use domain::{
    Timestamp,
    actor::Actor,
    audit::{AuditAction, Principal},
};
use identity::lockout::{Guessed, Guesser, LockedOut};
use jiff::SignedDuration;
use store::table::Guesses;

use crate::{Result, handle::handle, settings::sessions::Sessions};

/// How long wrong guesses count.
pub(crate) const WINDOW: SignedDuration = SignedDuration::from_mins(15);

handle! {
    /// Refusing anyone who guesses.
    pub(crate) struct Lockouts
}

impl Sessions<'_> {
    /// Whether an address has to wait before it shows another code of a sign-in.
    pub async fn locked_out(self, from: Option<&str>, now: Timestamp) -> Result<Option<LockedOut>> {
        let guesser = Guesser::at_address(Guessed::SignInCodes, from);
        let made = self.portal.table.lockouts().guesses(guesser.key()).await?;
        Lockouts::of(self.portal)
            .locked_out(&guesser, made.as_ref(), now)
            .await
    }

    /// Counts a code of a sign-in that the issuer refused.
    pub async fn count_refused_code(self, from: Option<&str>, now: Timestamp) -> Result<()> {
        let guesser = Guesser::at_address(Guessed::SignInCodes, from);
        Lockouts::of(self.portal).count(&guesser, now).await
    }
}

impl Lockouts<'_> {
    /// Whether a guesser has to wait, by what the table says of their guesses.
    pub(crate) async fn locked_out(
        self,
        guesser: &Guesser,
        made: Option<&Guesses>,
        now: Timestamp,
    ) -> Result<Option<LockedOut>> {
        let open = made.filter(|made| made.window_ends > now.as_second());
        let Some(made) = open.filter(|made| made.wrong >= guesser.at.most()) else {
            return Ok(None);
        };
        let until = Timestamp::from_second(made.window_ends).unwrap_or(now);
        let locked = LockedOut { until };
        if !made.noted {
            // The request that counted the last guess failed before it wrote the audit record.
            self.note_lockout(guesser, locked, now).await?;
        }
        Ok(Some(locked))
    }

    /// Counts a wrong guess, and notes if that was the last one for now.
    pub(crate) async fn count(self, guesser: &Guesser, now: Timestamp) -> Result<()> {
        let until = now + WINDOW;
        let table = &self.portal.table;
        let made = table.lockouts().count(guesser.key(), now, until).await?;
        self.locked_out(guesser, Some(&made), now).await?;
        Ok(())
    }

    async fn note_lockout(
        self,
        guesser: &Guesser,
        locked: LockedOut,
        now: Timestamp,
    ) -> Result<()> {
        let portal = Actor::portal();
        let who = Principal {
            actor: &portal,
            proof: "portal",
            from: guesser.from.as_deref(),
        };
        let mut note = who.note(AuditAction::LockedOut, now);
        note.reason = Some(format!("{} wrong {}", guesser.at.most(), guesser.at.word()));
        let until = locked.until.to_string();
        note.details.insert("until".to_owned(), until);
        tracing::warn!(
            at = guesser.at.word(),
            from = guesser.from,
            "somebody guessed too often"
        );
        self.portal
            .table
            .lockouts()
            .note_lockout(guesser.key(), &note)
            .await?;
        Ok(())
    }
}

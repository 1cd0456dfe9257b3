//! Whoever guesses at secrets has to wait.
//!
//! Wrong guesses are counted by guesser, in a window of time that begins with the first. After so many, the guesser is
//! refused until the window is over, also with what is right: else the refusal would tell them so. Nobody can guess the 256
//! random bits of a token; this tells the auditor who tries, and makes trying cheap to refuse.

use std::net::IpAddr;

use domain::{Timestamp, actor::Actor, audit::Deed};
use jiff::SignedDuration;
use store::table::Guesses;

use crate::{Result, handle::handle, who::Who};

/// How long wrong guesses count.
pub(crate) const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// How many wrong guesses are let through in a window.
pub(crate) const MOST: u32 = 10;

/// Whoever guesses, and at what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guesser {
    key: String,
    at: &'static str,
    from: Option<String>,
}

/// There were too many wrong guesses, and until then there is no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many wrong guesses, until {until}")]
pub struct LockedOut {
    /// When the window is over.
    pub until: Timestamp,
}

handle! {
    /// Refusing whoever guesses at secrets.
    pub(crate) struct Lockouts
}

impl LockedOut {
    /// How long to wait, in whole seconds, one at the least.
    pub fn seconds(self, now: Timestamp) -> i64 {
        (self.until.as_second() - now.as_second()).max(1)
    }
}

impl Guesser {
    /// Whoever guesses at `at` (`tokens`) from an address: an IPv6 network counts as one.
    pub(crate) fn at_address(at: &'static str, from: Option<&str>) -> Self {
        Self {
            key: format!("{at}/{}", network(from)),
            at,
            from: from.map(str::to_owned),
        }
    }

    /// What the table knows the guesser by.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

/// What an address counts as: itself, or of IPv6 the network of 64 bits, which one subscriber has at least. All whose address
/// is not known count as one.
pub fn network(from: Option<&str>) -> String {
    match from.and_then(|from| from.parse::<IpAddr>().ok()) {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(IpAddr::V4(address)) => address.to_string(),
        None => "unknown".to_owned(),
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
        let Some(made) = open.filter(|made| made.wrong >= MOST) else {
            return Ok(None);
        };
        let until = Timestamp::from_second(made.window_ends).unwrap_or(now);
        let locked = LockedOut { until };
        if !made.noted {
            // Whoever counted the last guess did not get to it.
            self.note_lockout(guesser, locked, now).await?;
        }
        Ok(Some(locked))
    }

    /// Counts a wrong guess. Whether that was the last one for now.
    pub(crate) async fn guessed_wrong(
        self,
        guesser: &Guesser,
        now: Timestamp,
    ) -> Result<Option<LockedOut>> {
        let until = now + WINDOW;
        let table = &self.portal.table;
        let made = table.lockouts().count(guesser.key(), now, until).await?;
        self.locked_out(guesser, Some(&made), now).await
    }

    async fn note_lockout(
        self,
        guesser: &Guesser,
        locked: LockedOut,
        now: Timestamp,
    ) -> Result<()> {
        let portal = Actor::portal();
        let who = Who {
            actor: &portal,
            proof: "portal",
            from: guesser.from.as_deref(),
        };
        let mut note = who.note(Deed::LockedOut, now);
        note.reason = Some(format!("{MOST} wrong {}", guesser.at));
        let until = locked.until.to_string();
        note.details.insert("until".to_owned(), until);
        tracing::warn!(
            at = guesser.at,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let one = network(Some("2001:db8:1:2::1"));
        assert_eq!(network(Some("2001:db8:1:2:ffff::9")), one);
        assert_ne!(network(Some("2001:db8:1:3::1")), one);
    }

    #[test]
    fn without_an_address_all_are_one() {
        assert_eq!(network(None), network(Some("")));
        assert_ne!(network(None), network(Some("203.0.113.9")));
    }
}

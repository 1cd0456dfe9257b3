//! Passwords of share links, which people choose and so can be guessed: hashed slowly.

use std::num::NonZeroU32;

use ring::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use store::table::PasswordRecord;
use tokio::task::spawn_blocking;

use crate::{Error, Result};

/// How often a new password is hashed. Source: "Password Storage Cheat Sheet" of OWASP, PBKDF2-HMAC-SHA256.
const ROUNDS: NonZeroU32 = match NonZeroU32::new(600_000) {
    Some(rounds) => rounds,
    None => NonZeroU32::MAX,
};

/// The fewest and the most characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=200;

/// Bytes of a salt.
const SALT: usize = 16;

/// What is kept of a new password.
pub(super) async fn keep(password: String, random: [u8; 32]) -> Result<PasswordRecord> {
    if !LENGTHS.contains(&password.chars().count()) {
        return Err(Error::invalid(
            "password",
            format!(
                "a password has {} to {} characters: take a few words that nobody would think of",
                LENGTHS.start(),
                LENGTHS.end()
            ),
        ));
    }
    let salt = random[..SALT].to_vec();
    let hashed = spawn_blocking(move || {
        let mut hash = [0; 32];
        pbkdf2::derive(
            PBKDF2_HMAC_SHA256,
            ROUNDS,
            &salt,
            password.as_bytes(),
            &mut hash,
        );
        PasswordRecord {
            rounds: ROUNDS.get(),
            salt: hex::encode(salt),
            hash: hex::encode(hash),
        }
    });
    hashed.await.map_err(|_| Error::Unfinished)
}

/// Whether a password is the one that was kept. A record that does not read fits none.
pub(super) async fn fits(kept: PasswordRecord, given: String) -> Result<bool> {
    let compared = spawn_blocking(move || {
        let (Ok(salt), Ok(hash)) = (hex::decode(&kept.salt), hex::decode(&kept.hash)) else {
            return false;
        };
        NonZeroU32::new(kept.rounds).is_some_and(|rounds| {
            pbkdf2::verify(PBKDF2_HMAC_SHA256, rounds, &salt, given.as_bytes(), &hash).is_ok()
        })
    });
    compared.await.map_err(|_| Error::Unfinished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_kept_as_no_text() {
        let kept = keep("eight or more".to_owned(), [7; 32]).await.unwrap();
        assert_eq!((kept.rounds, kept.salt.len()), (600_000, 32));
        assert!(!format!("{kept:?}").contains("eight"));
        assert!(
            fits(kept.clone(), "eight or more".to_owned())
                .await
                .unwrap()
        );
        assert!(!fits(kept, "Eight or more".to_owned()).await.unwrap());
    }

    #[tokio::test]
    async fn a_short_password_and_an_endless_one_are_refused() {
        for wrong in ["", "1234567", &"x".repeat(201)] {
            let kept = keep(wrong.to_owned(), [7; 32]).await;
            assert!(matches!(kept, Err(Error::Invalid { .. })), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_record_that_does_not_read_lets_nobody_in() {
        let kept = PasswordRecord {
            rounds: 0,
            salt: "00".to_owned(),
            hash: String::new(),
        };
        assert!(!fits(kept, String::new()).await.unwrap());
    }
}

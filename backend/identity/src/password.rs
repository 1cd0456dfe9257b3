//! Passwords of share links, which people choose and so can be guessed: hashed slowly.

use std::{fmt, num::NonZeroU32};

use ring::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use tokio::task::spawn_blocking;

/// How often a new password is hashed. Source: "Password Storage Cheat Sheet" of OWASP, PBKDF2-HMAC-SHA256.
const ROUNDS: NonZeroU32 = match NonZeroU32::new(600_000) {
    Some(rounds) => rounds,
    None => NonZeroU32::MAX,
};

/// The fewest and the most characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=200;

/// Bytes of a salt.
const SALT: usize = 16;

/// What is stored of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Hashed {
    /// How often it was hashed.
    pub rounds: u32,
    /// Hexadecimal digits.
    pub salt: String,
    /// Hexadecimal digits.
    pub hash: String,
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed(…)")
    }
}

/// Why a password is not hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short to be safe, or endless.
    #[error(
        "a password has {} to {} characters: take a few words that nobody would think of",
        LENGTHS.start(),
        LENGTHS.end()
    )]
    Length,
    /// The program ends.
    #[error("the password was not hashed to the end")]
    Unfinished,
}

/// Hashes a new password. The first sixteen bytes of `random` become its salt.
pub async fn hash(password: String, random: [u8; 32]) -> Result<Hashed, PasswordError> {
    if !LENGTHS.contains(&password.chars().count()) {
        return Err(PasswordError::Length);
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
        Hashed {
            rounds: ROUNDS.get(),
            salt: hex::encode(salt),
            hash: hex::encode(hash),
        }
    });
    hashed.await.map_err(|_| PasswordError::Unfinished)
}

/// Whether a password is the one that was hashed. A record that does not read fits none.
pub async fn verify(kept: Hashed, given: String) -> Result<bool, PasswordError> {
    let compared = spawn_blocking(move || {
        let (Ok(salt), Ok(hash)) = (hex::decode(&kept.salt), hex::decode(&kept.hash)) else {
            return false;
        };
        NonZeroU32::new(kept.rounds).is_some_and(|rounds| {
            pbkdf2::verify(PBKDF2_HMAC_SHA256, rounds, &salt, given.as_bytes(), &hash).is_ok()
        })
    });
    compared.await.map_err(|_| PasswordError::Unfinished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_kept_as_no_text() {
        let kept = hash("eight or more".to_owned(), [7; 32]).await.unwrap();
        assert_eq!((kept.rounds, kept.salt.len()), (600_000, 32));
        assert!(!format!("{kept:?}").contains("eight"));
        assert!(
            verify(kept.clone(), "eight or more".to_owned())
                .await
                .unwrap()
        );
        assert!(!verify(kept, "Eight or more".to_owned()).await.unwrap());
    }

    #[tokio::test]
    async fn a_short_password_and_an_endless_one_are_refused() {
        for wrong in ["", "1234567", &"x".repeat(201)] {
            let kept = hash(wrong.to_owned(), [7; 32]).await;
            assert!(matches!(kept, Err(PasswordError::Length)), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_record_that_does_not_read_lets_nobody_in() {
        let kept = Hashed {
            rounds: 0,
            salt: "00".to_owned(),
            hash: String::new(),
        };
        assert!(!verify(kept, String::new()).await.unwrap());
    }
}

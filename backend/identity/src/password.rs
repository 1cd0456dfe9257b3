//! Passwords of share links, which people choose and so can be guessed: hashed slowly.

use std::num::NonZeroU32;

use ring::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use secrecy::{ExposeSecret as _, SecretString};
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
#[derive(Clone, Debug)]
pub struct Hashed {
    /// How often it was hashed.
    pub rounds: u32,
    /// Hexadecimal digits.
    pub salt: String,
    /// Hexadecimal digits.
    pub hash: SecretString,
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
pub async fn hash(password: SecretString, random: [u8; 32]) -> Result<Hashed, PasswordError> {
    if !LENGTHS.contains(&password.expose_secret().chars().count()) {
        return Err(PasswordError::Length);
    }
    let salt = random[..SALT].to_vec();
    let hashed = spawn_blocking(move || {
        let mut hash = [0; 32];
        pbkdf2::derive(
            PBKDF2_HMAC_SHA256,
            ROUNDS,
            &salt,
            password.expose_secret().as_bytes(),
            &mut hash,
        );
        Hashed {
            rounds: ROUNDS.get(),
            salt: hex::encode(salt),
            hash: hex::encode(hash).into(),
        }
    });
    hashed.await.map_err(|_| PasswordError::Unfinished)
}

/// Whether a password is the one that was hashed. A record that does not read fits none.
pub async fn verify(kept: Hashed, given: SecretString) -> Result<bool, PasswordError> {
    let compared = spawn_blocking(move || {
        let hash = hex::decode(kept.hash.expose_secret());
        let (Ok(salt), Ok(hash)) = (hex::decode(&kept.salt), hash) else {
            return false;
        };
        NonZeroU32::new(kept.rounds).is_some_and(|rounds| {
            let given = given.expose_secret().as_bytes();
            pbkdf2::verify(PBKDF2_HMAC_SHA256, rounds, &salt, given, &hash).is_ok()
        })
    });
    compared.await.map_err(|_| PasswordError::Unfinished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_kept_as_no_text() {
        let kept = hash("eight or more".into(), [7; 32]).await.unwrap();
        assert_eq!((kept.rounds, kept.salt.len()), (600_000, 32));
        let printed = format!("{kept:?}");
        assert!(!printed.contains(kept.hash.expose_secret()), "{printed}");
        let right = verify(kept.clone(), "eight or more".into()).await;
        assert!(right.unwrap());
        assert!(!verify(kept, "Eight or more".into()).await.unwrap());
    }

    #[tokio::test]
    async fn a_short_password_and_an_endless_one_are_refused() {
        for wrong in ["", "1234567", &"x".repeat(201)] {
            let kept = hash(wrong.into(), [7; 32]).await;
            assert!(matches!(kept, Err(PasswordError::Length)), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_record_that_does_not_read_lets_nobody_in() {
        let kept = Hashed {
            rounds: 0,
            salt: "00".to_owned(),
            hash: SecretString::default(),
        };
        assert!(!verify(kept, SecretString::default()).await.unwrap());
    }
}

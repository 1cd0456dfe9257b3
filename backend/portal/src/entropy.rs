//! Identifiers that cannot be guessed: a time and eighty random bits.

use domain::{
    Timestamp,
    id::{BuildId, LinkId, PromotionId, SessionId, TokenId},
};

use crate::{Error, Portal, Result};

impl Portal {
    /// A text that nothing else has: twenty hexadecimal digits.
    pub fn salt(&self) -> String {
        hex::encode((self.parts.entropy)())
    }

    /// Thirty-two bytes that nobody can guess.
    pub fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for part in bytes.chunks_mut(10) {
            part.copy_from_slice(&(self.parts.entropy)()[..part.len()]);
        }
        bytes
    }

    pub(crate) fn new_build_id(&self, now: Timestamp) -> Result<BuildId> {
        self.ulid(now)
            .parse()
            .map_err(|_| Error::invalid("", "the clock stands before 1970"))
    }

    pub(crate) fn new_token_id(&self, now: Timestamp) -> Result<TokenId> {
        self.ulid(now)
            .parse()
            .map_err(|_| Error::invalid("", "the clock stands before 1970"))
    }

    pub(crate) fn new_promotion_id(&self, now: Timestamp) -> Result<PromotionId> {
        self.ulid(now)
            .parse()
            .map_err(|_| Error::invalid("", "the clock stands before 1970"))
    }

    pub(crate) fn new_link_id(&self, now: Timestamp) -> Result<LinkId> {
        self.ulid(now)
            .parse()
            .map_err(|_| Error::invalid("", "the clock stands before 1970"))
    }

    pub fn new_session_id(&self, now: Timestamp) -> Result<SessionId> {
        self.ulid(now)
            .parse()
            .map_err(|_| Error::invalid("", "the clock stands before 1970"))
    }

    fn ulid(&self, now: Timestamp) -> String {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let mut bytes = [0; 16];
        bytes[6..].copy_from_slice(&(self.parts.entropy)());
        let random = u128::from_be_bytes(bytes);
        ulid::Ulid::from_parts(millis, random).to_string()
    }
}

//! Identifiers that cannot be guessed: a time and eighty random bits.

use std::str::FromStr;

use domain::Timestamp;

use crate::{Error, Result, handle::handle};

handle! {
    /// Identifiers and random bytes.
    pub struct Ids
}

impl Ids<'_> {
    /// A text that nothing else has: twenty hexadecimal digits.
    pub fn unique(self) -> String {
        hex::encode((self.portal.parts.entropy)())
    }

    /// Thirty-two bytes that nobody can guess.
    pub fn random(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for part in bytes.chunks_mut(10) {
            part.copy_from_slice(&(self.portal.parts.entropy)()[..part.len()]);
        }
        bytes
    }

    /// An identifier of any kind, which begins with the time.
    pub fn next<I: FromStr>(self, now: Timestamp) -> Result<I> {
        let id = self.ulid(now).parse();
        id.map_err(|_| Error::invalid("", "the clock stands before 1970"))
    }

    fn ulid(self, now: Timestamp) -> String {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let mut bytes = [0; 16];
        bytes[6..].copy_from_slice(&(self.portal.parts.entropy)());
        let random = u128::from_be_bytes(bytes);
        ulid::Ulid::from_parts(millis, random).to_string()
    }
}

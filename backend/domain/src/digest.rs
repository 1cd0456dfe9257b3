//! SHA-256 digests, the names of artifacts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{
    Digest as _, Sha256,
    digest::common::hazmat::{SerializableState as _, SerializedState},
};

/// The SHA-256 of some bytes (FIPS 180-4), written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 32]);

/// Computes the digest of bytes that come one block at a time.
#[derive(Clone)]
pub struct Hasher(Sha256);

/// What a [`Hasher`] has computed of the bytes so far, to go on from in another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HasherState(String);

/// The text is not 64 hexadecimal digits.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a SHA-256 digest is 64 hexadecimal digits")]
pub struct InvalidDigest;

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish()
    }

    /// A digest that was computed elsewhere.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first twelve hexadecimal digits, enough for a person to compare.
    pub fn short(&self) -> String {
        hex::encode(&self.0[..6])
    }
}

impl Hasher {
    /// A hasher that has seen no bytes.
    pub fn new() -> Self {
        Self(Sha256::new())
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all the bytes.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }

    /// What it has computed so far.
    pub fn state(&self) -> HasherState {
        HasherState(hex::encode(self.0.serialize()))
    }

    /// A hasher that goes on from there. `None` if it is no state of a hasher.
    pub fn resume(state: &HasherState) -> Option<Self> {
        let mut bytes = SerializedState::<Sha256>::default();
        hex::decode_to_slice(&state.0, &mut bytes).ok()?;
        Sha256::deserialize(&bytes).ok().map(Self)
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").finish_non_exhaustive()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{self}")
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidDigest)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Digest {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::openapi::text_schema(
            "SHA-256, 64 lower-case hexadecimal digits",
            Some("^[0-9a-f]{64}$"),
        )
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Digest {}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's examples of SHA-256, and the empty message.
    const KNOWN: [(&[u8], &str); 3] = [
        (
            b"",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ];

    #[test]
    fn it_is_sha_256_in_one_piece_and_in_blocks() {
        for (bytes, digest) in KNOWN {
            assert_eq!(Digest::of(bytes).to_string(), digest);
            let mut hasher = Hasher::new();
            for block in bytes.chunks(5) {
                hasher.update(block);
            }
            assert_eq!(hasher.finish().to_string(), digest);
        }
    }

    #[test]
    fn it_goes_on_from_a_state_that_was_kept() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        for cut in [0, 1, 63, 64, 65, 999, 1_000] {
            let mut first = Hasher::new();
            first.update(&bytes[..cut]);
            let kept = serde_json::to_string(&first.state()).unwrap();
            let mut second = Hasher::resume(&serde_json::from_str(&kept).unwrap()).unwrap();
            second.update(&bytes[cut..]);
            assert_eq!(second.finish(), Digest::of(&bytes), "cut at {cut}");
        }
        for wrong in ["", "00", "no state"] {
            assert!(Hasher::resume(&HasherState(wrong.to_owned())).is_none());
        }
    }
}

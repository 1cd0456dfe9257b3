//! What the fuzz targets reach of this module.

use domain::Timestamp;

use super::{
    claims::{Claims, SUBJECT},
    seal::{Keys, Purpose},
    token::Expected,
};
use crate::oidc::{KeySet, Token, TokenError};

/// What cookies are sealed and opened with.
#[derive(Debug)]
pub struct Sealer(Keys);

/// How many purposes there are to seal for.
pub const PURPOSES: usize = ALL.len();

const ALL: [Purpose; 3] = [Purpose::Attempt, Purpose::Session, Purpose::Token];

impl Sealer {
    /// With a secret, and the one before it.
    pub fn new(current: &str, previous: Option<&str>) -> Option<Self> {
        Keys::derive(current, previous).map(Self)
    }

    /// Seals for a purpose, by its number.
    pub fn seal(&self, purpose: usize, plain: &[u8], random: &[u8; 32]) -> String {
        self.0.seal(ALL[purpose % PURPOSES], plain, random)
    }

    /// Opens what was sealed for a purpose, by its number.
    pub fn open(&self, purpose: usize, sealed: &str) -> Option<Vec<u8>> {
        self.0.open(ALL[purpose % PURPOSES], sealed)
    }
}

/// An issuer's published keys.
#[derive(Debug)]
pub struct Keyring(KeySet);

impl Keyring {
    /// Reads a JSON Web Key Set.
    pub fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok().map(Self)
    }
}

/// The groups of whom a token proves to be who they say, for the client `towpath` of `https://issuer.example` and the
/// nonce `n`.
pub fn proved(token: &str, keys: &Keyring, now: Timestamp) -> Result<Vec<String>, TokenError> {
    let claims: Claims = Token::parse(token)?.verified(&keys.0)?;
    let expected = Expected {
        issuer: "https://issuer.example",
        client_id: "towpath",
        nonce: "n",
    };
    expected.check(&claims, now)?;
    Ok(claims.person(SUBJECT)?.groups)
}

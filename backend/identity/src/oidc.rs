//! What `OpenID` Connect issuers publish and sign: for people who sign in, and for jobs that prove what they are.
//!
//! | file | what |
//! |---|---|
//! | `fetch` | HTTP to an issuer |
//! | `publisher` | where its things are, and its keys, kept for a while |
//! | `jwk` | the keys, and what they have signed |
//! | `token` | a token, of which nothing is proved before a key has signed it |

mod fetch;
mod jwk;
mod publisher;
mod token;

pub(crate) use fetch::Fetch;
pub use fetch::FetchError;
#[cfg(feature = "fuzzing")]
pub(crate) use jwk::KeySet;
pub(crate) use publisher::{Documents, Publisher};
pub use token::TokenError;
pub(crate) use token::{Times, Token};

/// Why an issuer's token is not believed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// It proves nothing.
    #[error("the token is not valid here")]
    Token(#[source] TokenError),
    /// Its issuer does not answer as it should.
    #[error("the issuer does not answer as it should")]
    Issuer(#[source] FetchError),
    /// Its issuer's answers make no sense.
    #[error("the issuer's documents cannot be used: {0}")]
    Documents(String),
}

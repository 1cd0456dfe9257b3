//! Who is calling: people who sign in, programs with a token, and workloads that their own platform vouches for.
//!
//! | module | what |
//! |---|---|
//! | [`sign_in`] | `OpenID` Connect for people, and their sealed sessions |
//! | [`workload`] | CI jobs and AWS roles, which need no stored secret |
//! | [`webhook`] | the signatures of webhooks |
//! | [`credential`] | the secret of a token or a share link |
//! | [`lockout`] | who guesses at secrets |
//! | [`password`] | passwords of share links |
//! | `oidc` | tokens of an issuer: fetching its keys, verifying signatures |
//!
//! Nothing here reads a table or a clock: time and randomness are arguments.

pub mod credential;
mod link_text;
pub mod lockout;
mod oidc;
pub mod password;
pub mod sign_in;
mod token_text;
pub mod webhook;
pub mod workload;

use domain::actor::Actor;

pub use link_text::LinkText;
pub use token_text::TokenText;

/// Who is calling, and how that was proven.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// Who.
    pub actor: Actor,
    /// How, as the audit log keeps it. Never with a secret.
    pub proof: String,
}

//! From what a bearer shows to who it is. Each kind is told by its shape alone, and proved by its own rules.

use domain::{Timestamp, actor::Actor};

use crate::{Error, Portal, tokens::TokenText};

/// Who somebody proved to be.
#[derive(Clone, Debug)]
pub(crate) struct Proven {
    /// Who.
    pub(crate) actor: Actor,
    /// How they proved it, as the audit log keeps it. Never with a secret.
    pub(crate) proof: String,
}

/// Why what a bearer shows proves nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotProven {
    /// It opens nothing. Whether it ever did is not for its bearer to know.
    #[error("what the bearer shows is not valid here")]
    Invalid,
    /// Whether it does cannot be found out at the moment.
    #[error("who the bearer is cannot be found out")]
    Failed(#[source] Error),
}

/// What a bearer shows, by its shape.
enum Shown {
    /// An API token of ours.
    Token(TokenText),
    /// An AWS identity: a request to STS that its caller signed.
    Aws,
    /// A token that a CI system signed (RFC 7519): three parts with dots between.
    Oidc,
    /// None of these.
    Other,
}

impl Shown {
    fn of(text: &str) -> Self {
        if let Some(token) = TokenText::parse(text) {
            Self::Token(token)
        } else if text.starts_with("towpath-aws-v1.") {
            Self::Aws
        } else if text.split('.').filter(|part| !part.is_empty()).count() == 3 {
            Self::Oidc
        } else {
            Self::Other
        }
    }
}

impl Portal {
    /// Who shows `text`, from that address.
    pub(crate) async fn prove(
        &self,
        text: &str,
        from: Option<&str>,
        now: Timestamp,
    ) -> Result<Proven, NotProven> {
        match Shown::of(text) {
            Shown::Token(token) => self.prove_token(&token, from, now).await,
            Shown::Aws | Shown::Oidc | Shown::Other => Err(NotProven::Invalid),
        }
    }
}

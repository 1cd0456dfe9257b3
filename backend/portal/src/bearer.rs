//! From what a bearer shows to who it is. Each kind is told by its shape alone, and proved by its own rules.

use domain::{Timestamp, actor::Actor};

use crate::{
    Error, Portal,
    guesses::LockedOut,
    machines::{self, AWS_PREFIX, Machines},
    tokens::TokenText,
};

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
    /// It is a platform's proof of what its bearer is, and none that counts here. Its own job may know why.
    #[error("what the bearer proves is not enough here")]
    Machine(#[source] machines::Error),
    /// Too many wrong ones came from there.
    #[error(transparent)]
    LockedOut(LockedOut),
    /// Whether it does cannot be found out at the moment.
    #[error("who the bearer is cannot be found out")]
    Failed(#[source] Error),
}

impl From<Error> for NotProven {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<store::Error> for NotProven {
    fn from(error: store::Error) -> Self {
        Self::Failed(Error::Store(error))
    }
}

/// What a bearer shows, by its shape.
enum Shown {
    /// An API token of ours.
    Token(TokenText),
    /// What a machine's own platform proves: a request to STS that its caller signed, or a token that a CI system signed
    /// (RFC 7519), which is three parts with dots between.
    Machine,
    /// None of these.
    Other,
}

impl Shown {
    fn of(text: &str) -> Self {
        if let Some(token) = TokenText::parse(text) {
            Self::Token(token)
        } else if text.starts_with(AWS_PREFIX)
            || text.split('.').filter(|part| !part.is_empty()).count() == 3
        {
            Self::Machine
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
        machines: &Machines,
        from: Option<&str>,
        now: Timestamp,
    ) -> Result<Proven, NotProven> {
        match Shown::of(text) {
            Shown::Token(token) => self.prove_token(&token, from, now).await,
            Shown::Machine => {
                let proven = machines.prove(text, self.public_url(), now).await;
                proven.map_err(NotProven::Machine)
            }
            Shown::Other => Err(NotProven::Invalid),
        }
    }
}

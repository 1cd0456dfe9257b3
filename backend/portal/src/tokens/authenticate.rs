//! Authentication of programs: from the token in the header `Authorization` to who is calling. A token's shape alone says of which
//! kind it is; each kind is verified by its own rules.

use domain::Timestamp;
use identity::{
    Authenticated, TokenText,
    lockout::LockedOut,
    workload::{self, AWS_PREFIX, Workloads},
};

use crate::{Error, tokens::Tokens};

/// Why a token authenticates nobody.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// It is not valid. Whether it ever was is not for its bearer to know.
    #[error("the token is not valid here")]
    Invalid,
    /// It is a workload's, and of none that may call. Its own job may know why.
    #[error("the token is of no workload that may call here")]
    Workload(#[source] workload::Error),
    /// Too many wrong ones came from there.
    #[error(transparent)]
    LockedOut(LockedOut),
    /// Who the bearer is cannot be found out at the moment.
    #[error("who the bearer is cannot be found out")]
    Failed(#[source] Error),
}

impl From<Error> for AuthError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<store::Error> for AuthError {
    fn from(error: store::Error) -> Self {
        Self::Failed(Error::Store(error))
    }
}

/// A token, by its shape.
enum Shown {
    /// An API token of ours.
    Token(TokenText),
    /// A workload's: a request to STS that its caller signed, or a token that a CI system signed
    /// (RFC 7519), which is three parts with dots between.
    Workload,
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
            Self::Workload
        } else {
            Self::Other
        }
    }
}

impl Tokens<'_> {
    /// Who the bearer of a token is, who calls from that address.
    pub async fn authenticate(
        self,
        text: &str,
        workloads: &Workloads,
        from: Option<&str>,
        now: Timestamp,
    ) -> Result<Authenticated, AuthError> {
        match Shown::of(text) {
            Shown::Token(token) => self.verify(&token, from, now).await,
            Shown::Workload => {
                let authenticated = workloads
                    .authenticate(text, self.portal.public_url(), now)
                    .await;
                authenticated.map_err(AuthError::Workload)
            }
            Shown::Other => Err(AuthError::Invalid),
        }
    }
}

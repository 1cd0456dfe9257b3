//! Why there is no answer.

use std::{error::Error as StdError, time::Duration};

/// Why there is no answer, or not all of it. Never with the address, which may be a link, nor with the request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This machine trusts no certificates.
    #[error("TLS does not work here: there are no root certificates")]
    Tls,
    /// The address is of another machine, and anyone on the way could read what is sent there.
    #[error("plain http goes to this machine alone: use https")]
    Plain,
    /// The connection, or an answer beyond all bounds, in the words of the deepest cause.
    #[error("{0}")]
    Connection(String),
    #[error("no answer for {} seconds", .0.as_secs())]
    Silence(Duration),
}

impl Error {
    /// The deepest cause says more than all that stands above it.
    pub(crate) fn connection(error: &(dyn StdError + 'static)) -> Self {
        let mut last = error;
        while let Some(cause) = last.source() {
            last = cause;
        }
        Self::Connection(last.to_string())
    }
}

//! What can go wrong with the table and the objects, told apart by what a caller can do about it.

use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// A call to the store that did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Others changed it at every try; trying later helps.
    #[error("others kept changing {what}")]
    Conflict {
        /// What was to be changed.
        what: String,
    },
    /// It is not there, or not any more.
    #[error("there is no {what}")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// It does not fit where it belongs; trying again does not help.
    #[error("{what} has {size} bytes, and {limit} at the most fit")]
    TooLarge {
        /// What was to be written.
        what: String,
        /// Its size in bytes.
        size: u64,
        /// The greatest size in bytes.
        limit: u64,
    },
    /// The caller's credentials do not allow it.
    #[error("{operation} was denied")]
    Denied {
        /// What was asked for.
        operation: &'static str,
        /// The service's answer.
        #[source]
        source: Source,
    },
    /// The service failed or could not be reached; trying later may help.
    #[error("{operation} failed")]
    Unavailable {
        /// What was asked for.
        operation: &'static str,
        /// What came back.
        #[source]
        source: Source,
    },
    /// Something stored is not what this version writes.
    #[error("{what} cannot be read back")]
    Corrupt {
        /// What was read.
        what: String,
        /// Why it cannot be understood.
        #[source]
        source: Source,
    },
}

/// The cause of an [`Error`].
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// What a call to the store gives.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A call of an SDK that failed for no reason that this crate handles.
    pub(crate) fn unavailable<E>(operation: &'static str, source: E) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let source_code = source.code().unwrap_or_default();
        let denied = [
            "AccessDenied",
            "AccessDeniedException",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ]
        .contains(&source_code);
        let source = Box::new(source);
        if denied {
            Self::Denied { operation, source }
        } else {
            Self::Unavailable { operation, source }
        }
    }

    /// An item or object that does not read as what it should be.
    pub(crate) fn corrupt(what: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::Corrupt {
            what: what.into(),
            source: source.into(),
        }
    }
}

//! What can go wrong with the table and the objects, told apart by what a caller can do about it.

use aws_sdk_dynamodb::error::SdkError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};

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
    /// The service refuses it, and will until somebody changes something: there is no such bucket, it is in another region,
    /// its key is disabled, the request is not valid.
    #[error("{operation} was refused ({code})")]
    Refused {
        /// What was asked for.
        operation: &'static str,
        /// The error's name in the API; the HTTP status where there is none.
        code: String,
        /// The service's answer.
        #[source]
        source: Source,
    },
    /// The disk of a local portal is full.
    #[error("{operation} failed: the disk is full")]
    Full {
        /// What was asked for.
        operation: &'static str,
        /// What came back.
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
    /// A later version of the program wrote it.
    #[error(
        "{what} was written by a later version of Towpath (format {format}; this version reads {known}): deploy that version again"
    )]
    Newer {
        /// What was read.
        what: String,
        format: u32,
        /// The latest format that this version reads.
        known: u32,
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

/// Names of errors that mean: not permitted, or not by these credentials.
const DENIED: [&str; 7] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Names of errors with a status of 4xx that pass by themselves, or with the next try: too much at once, others at the same
/// time, bytes that were lost on the way.
const PASSING: [&str; 20] = [
    "BadDigest",
    "ConditionalRequestConflict",
    "IncompleteBody",
    "InvalidPart",
    "LimitExceededException",
    "NoSuchUpload",
    "OperationAborted",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "RequestTimeTooSkewed",
    "RequestTimeout",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionCanceledException",
    "TransactionConflictException",
    "TransactionInProgressException",
    "XAmzContentSHA256Mismatch",
];

/// What the embedded DynamoDB and S3 say of a disk without space.
const FULL: &str = "disk is full";

impl Error {
    /// Whether trying again would fail in the same way, until somebody changes something.
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::NotFound { .. }
            | Self::TooLarge { .. }
            | Self::Denied { .. }
            | Self::Refused { .. }
            | Self::Newer { .. }
            | Self::Corrupt { .. } => true,
            Self::Conflict { .. } | Self::Full { .. } | Self::Unavailable { .. } => false,
        }
    }

    /// A call of an SDK that failed for no reason that its caller handles.
    pub(crate) fn unavailable<E>(operation: &'static str, error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let code = code(&error).unwrap_or_default().to_owned();
        let status = error.raw_response().map(|answer| answer.status().as_u16());
        let is_full = error.message().is_some_and(|text| text.contains(FULL));
        let source = Box::new(error);
        if is_full {
            return Self::Full { operation, source };
        }
        if DENIED.contains(&code.as_str()) {
            return Self::Denied { operation, source };
        }
        match status {
            // Answers to HEAD have no body, and so no name. Of those, only the way to another region is told by its status.
            Some(301) => Self::Refused {
                operation,
                code: if code.is_empty() {
                    "301".to_owned()
                } else {
                    code
                },
                source,
            },
            Some(400..=499) if !code.is_empty() && !PASSING.contains(&code.as_str()) => {
                Self::Refused {
                    operation,
                    code,
                    source,
                }
            }
            Some(_) | None => Self::Unavailable { operation, source },
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

/// The name of an error in its API: of the call itself, or of taking on the role to make it with.
fn code<E>(error: &SdkError<E>) -> Option<&str>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    error.code().or_else(|| {
        let mut next = std::error::Error::source(error);
        while let Some(cause) = next {
            if let Some(found) = cause.downcast_ref::<ErrorMetadata>() {
                return found.code();
            }
            next = cause.source();
        }
        None
    })
}

//! Why a job failed, in words for the pipeline's owner.

use packages::source::ReadError;
use targets::codepipeline::FailureKind;

use crate::Error;

/// Why a job did not come to what it was for.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// What is wrong and what to do about it.
    pub(crate) message: String,
    /// The fault behind it, for the log, when it is not the pipeline owner's.
    pub(crate) cause: Option<Error>,
}

impl Failure {
    /// The pipeline is set up wrongly.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Configuration,
            message: message.into(),
            cause: None,
        }
    }

    /// The artifact is not what it should be.
    pub(crate) fn artifact(message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::JobFailed,
            message: message.into(),
            cause: None,
        }
    }

    /// Whether it will not come right when the job comes again: the parameters or the artifact rule it out.
    pub(crate) fn is_hopeless(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::Configuration | FailureKind::JobFailed
        )
    }

    /// An archive could not be read: by its own fault, or by that of the bucket that it lies in.
    pub(crate) fn archive(error: packages::archive::Error, place: &str) -> Self {
        match error {
            packages::archive::Error::NotZip => {
                Self::configuration(format!("{place} is not a zip that can be read: {error}."))
            }
            packages::archive::Error::Read(ReadError::Source(source)) => {
                match source.downcast::<store::Error>() {
                    Ok(error) => Self::input(*error, place),
                    Err(other) => Self::artifact(format!("{place} could not be read: {other}.")),
                }
            }
            _ => Self::artifact(format!("{place} was refused: {error}.")),
        }
    }

    /// The artifact bucket did not give the artifact.
    pub(crate) fn input(error: store::Error, place: &str) -> Self {
        let (kind, message) = match &error {
            store::Error::NotFound { .. } => (
                FailureKind::RevisionUnavailable,
                format!("{place} is gone. Run the stage that makes it again."),
            ),
            store::Error::Denied { .. } => (
                FailureKind::Permission,
                format!(
                    "{place} may not be read with the job's credentials. Allow the pipeline's role s3:GetObject on its \
                     artifact bucket and kms:Decrypt on the bucket's key."
                ),
            ),
            store::Error::Conflict { .. }
            | store::Error::TooLarge { .. }
            | store::Error::Refused { .. }
            | store::Error::Full { .. }
            | store::Error::Unavailable { .. }
            | store::Error::Newer { .. }
            | store::Error::Corrupt { .. } => return Self::from(error),
        };
        Self {
            kind,
            message,
            cause: None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Portal(
                portal::Error::NotFound { .. }
                | portal::Error::Forbidden { .. }
                | portal::Error::Invalid { .. }
                | portal::Error::Conflict { .. }
                | portal::Error::Refused { .. }
                | portal::Error::Declined { .. }
                | portal::Error::LockedOut { .. }
                | portal::Error::Unsent { .. }
                | portal::Error::DailyLimit { .. }
                | portal::Error::GivenUp
                | portal::Error::Impossible(_),
            ) => Self::configuration(format!("{error}.")),
            Error::Portal(portal::Error::Store(_) | portal::Error::Unfinished)
            | Error::Answer(_)
            | Error::Unasked { .. } => Self {
                kind: FailureKind::SystemUnavailable,
                message:
                    "The portal could not finish. Nothing is half registered: retry the stage."
                        .to_owned(),
                cause: Some(error),
            },
        }
    }
}

impl From<portal::Error> for Failure {
    fn from(error: portal::Error) -> Self {
        Self::from(Error::Portal(error))
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::from(portal::Error::Store(error))
    }
}

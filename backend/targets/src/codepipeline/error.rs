//! Whether a call that failed took effect. Everything hangs on that: what was refused can be told to people, and what may
//! have taken effect must be looked for before anything else is done.

use std::error::Error as StdError;

use aws_sdk_codepipeline::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_types::error::{display::DisplayErrorContext, metadata::ErrorMetadata};

/// Why a call of a pipeline failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// `CodePipeline` did not do it, and will not.
    #[error("CodePipeline refused {operation}: {reason}")]
    Refused {
        /// What was asked.
        operation: &'static str,
        /// The error's name in the API; empty where there is none.
        code: String,
        /// Its words.
        reason: String,
    },
    /// IAM did not let the call through. Nothing was done.
    #[error("the permission codepipeline:{operation} is missing: {reason}")]
    Denied {
        /// What was asked.
        operation: &'static str,
        /// IAM's words, which name the resource.
        reason: String,
    },
    /// The role to call with could not be taken on. Nothing was done.
    #[error("the role for {operation} cannot be taken on: {reason}")]
    Role {
        /// What was to be asked.
        operation: &'static str,
        /// IAM's words, which name the role.
        reason: String,
    },
    /// `CodePipeline` did not do it, since too much is asked of it at once.
    #[error("CodePipeline has too much to do for {operation}: {reason}")]
    Busy {
        /// What was asked.
        operation: &'static str,
        /// Its words.
        reason: String,
    },
    /// Nobody knows whether it was done: the answer was lost, or made no sense.
    #[error("the answer to {operation} is not known")]
    Unknown {
        /// What was asked.
        operation: &'static str,
        /// What came instead.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

/// Names of errors that mean: not now.
const BUSY: [&str; 7] = [
    "ConflictException",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
];

/// Names of errors that mean: not permitted.
const DENIED: [&str; 2] = ["AccessDenied", "AccessDeniedException"];

/// Names of errors of credentials that end by themselves: the next session's are others.
const EXPIRED: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"];

/// The errors of `RollbackStage` that mean: this stage cannot be taken back to that execution. Every other one may be about
/// the call, and not about the stage.
const NO_ROLLBACK: [&str; 4] = [
    "PipelineExecutionNotFoundException",
    "PipelineExecutionOutdatedException",
    "StageNotFoundException",
    "UnableToRollbackStageException",
];

impl CallError {
    pub(super) fn of<E>(operation: &'static str, error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let answered = error
            .raw_response()
            .is_some_and(|answer| answer.status().is_client_error());
        let Some(service) = error.as_service_error().filter(|_| answered) else {
            return match error {
                SdkError::ConstructionFailure(_) => Self::Refused {
                    operation,
                    code: String::new(),
                    reason: DisplayErrorContext(&error).to_string(),
                },
                _ => match role_refused(&error) {
                    Some(reason) => Self::Role { operation, reason },
                    None => Self::Unknown {
                        operation,
                        source: Box::new(error),
                    },
                },
            };
        };
        let code = service.code().unwrap_or_default().to_owned();
        let reason = service.message().unwrap_or(&code).to_owned();
        if Self::is_busy(&code) {
            Self::Busy { operation, reason }
        } else if DENIED.contains(&code.as_str()) {
            Self::Denied { operation, reason }
        } else {
            Self::Refused {
                operation,
                code,
                reason,
            }
        }
    }

    /// Whether the error of that name means: not now.
    pub(super) fn is_busy(code: &str) -> bool {
        BUSY.contains(&code)
    }

    /// Whether it is this error of the API.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == name)
    }

    /// Whether it says that a stage cannot be rolled back, rather than that the call was wrong or not permitted.
    pub fn rules_out_rollback(&self) -> bool {
        NO_ROLLBACK.into_iter().any(|name| self.is(name))
    }

    /// Whether asking again would fail in the same way, until somebody changes something.
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Refused { code, .. } => !EXPIRED.contains(&code.as_str()),
            Self::Denied { .. } | Self::Role { .. } => true,
            Self::Busy { .. } | Self::Unknown { .. } => false,
        }
    }

    /// Whether the pipeline itself, or the call, is at fault, and not who asks.
    pub fn is_about_the_pipeline(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// Whether the call may have taken effect all the same.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }
}

/// IAM's words, where a call was not sent since IAM did not let its role be taken on.
fn role_refused(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<ErrorMetadata>() {
            let code = found.code().filter(|code| DENIED.contains(code))?;
            return Some(found.message().unwrap_or(code).to_owned());
        }
        next = cause.source();
    }
    None
}

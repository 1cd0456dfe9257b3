//! Why a command did not do what was asked, and the exit code that scripts see.

use std::error::Error;

use api::Problem;
use domain::{causes::chain, promotion::Refusal};
use serde_json::{Value, json};

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Something broke.
    #[error("{0}")]
    Failed(String),
    /// A disk has no space left.
    #[cfg_attr(
        not(feature = "serve"),
        expect(dead_code, reason = "only backups write so much")
    )]
    #[error("{0}")]
    DiskFull(String),
    /// Nobody answers, or something that is not a portal.
    #[error("{0}")]
    Unreachable(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// The portal does not do this.
    #[error("{0}")]
    Refused(String),
    /// The portal refuses a promotion, for one reason or several.
    #[error("{}", declined(.detail, .refusals))]
    Declined {
        /// All of it in a sentence.
        detail: String,
        /// Each reason, with what would lift it.
        refusals: Vec<Refusal>,
    },
    /// A promotion did not succeed.
    #[error("{0}")]
    Unsuccessful(String),
    /// Somebody has changed what nobody may change.
    #[error("{0}")]
    Tampered(String),
    /// The configuration is not valid; its problems are the message.
    #[error("{0}")]
    Configuration(config::Problems),
}

impl Failure {
    /// What a library says, with its causes, in one line.
    pub(crate) fn failed(error: &dyn Error) -> Self {
        Self::Failed(chain(error))
    }

    /// What the portal says.
    pub(crate) fn of(problem: Problem) -> Self {
        if !problem.refusals.is_empty() {
            return Self::Declined {
                detail: problem.detail,
                refusals: problem.refusals.into(),
            };
        }
        let detail = match &problem.field {
            Some(field) => format!("{field}: {}", problem.detail),
            None => problem.detail.clone(),
        };
        match problem.status {
            404 => Self::NotFound(detail),
            400..500 => Self::Refused(detail),
            _ => Self::Failed(detail),
        }
    }

    /// The process's exit code, as `--help` lists them.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Failed(_) | Self::DiskFull(_) => 1,
            Self::Unreachable(_) => 3,
            Self::NotFound(_) => 4,
            Self::Refused(_) | Self::Declined { .. } | Self::Configuration(_) => 5,
            Self::Unsuccessful(_) => 6,
            Self::Tampered(_) => 7,
        }
    }

    /// For `--json`.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Configuration(problems) => {
                json!({"error": "the configuration is not valid", "code": self.code(), "problems": problems})
            }
            Self::Declined { detail, refusals } => {
                json!({"error": detail, "code": self.code(), "refusals": refusals})
            }
            _ => json!({"error": self.to_string(), "code": self.code()}),
        }
    }
}

/// One reason in its line; several below one another, so that each can be dealt with.
fn declined(detail: &str, refusals: &[Refusal]) -> String {
    match refusals {
        [] => detail.to_owned(),
        [only] => only.to_string(),
        several => several.iter().fold(
            format!("refused, for {} reasons:", several.len()),
            |text, refusal| format!("{text}\n  {refusal}"),
        ),
    }
}

//! Why a command did not do what was asked, and the exit code that scripts see.

use std::{error::Error, fmt::Write as _};

use portal::http::Problem;
use serde_json::{Value, json};

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Something broke.
    #[error("{0}")]
    Failed(String),
    /// Nobody answers, or something that is not a portal.
    #[error("{0}")]
    Unreachable(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// The portal does not do this.
    #[error("{0}")]
    Refused(String),
    /// The configuration is not valid; its problems are the message.
    #[error("{0}")]
    Configuration(portal::config::Problems),
}

impl Failure {
    /// What a library says, with its causes, in one line.
    pub(crate) fn failed(error: &dyn Error) -> Self {
        Self::Failed(causes(error))
    }

    /// What the portal says.
    pub(crate) fn of(problem: &Problem) -> Self {
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
            Self::Failed(_) => 1,
            Self::Unreachable(_) => 3,
            Self::NotFound(_) => 4,
            Self::Refused(_) | Self::Configuration(_) => 5,
        }
    }

    /// For `--json`.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Configuration(problems) => {
                json!({"error": "the configuration is not valid", "code": self.code(), "problems": problems})
            }
            _ => json!({"error": self.to_string(), "code": self.code()}),
        }
    }
}

/// An error and what it was caused by, in one line.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            // Writing to a String cannot fail.
            let _ = write!(text, ": {said}");
        }
        cause = error.source();
    }
    text
}

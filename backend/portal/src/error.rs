//! What can go wrong, once for all use cases. The HTTP layer turns these into `problem+json`, and nobody else does.

use std::borrow::Cow;

use domain::{
    Timestamp,
    promotion::{Impossible, Refusal},
    text::Unwritten,
};

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the caller may not know of it.
    #[error("there is no {what}")]
    NotFound {
        /// What was looked for (`app walet`).
        what: String,
    },
    /// The caller may not do this.
    #[error("{who} may not {what}{}{why}", if why.is_empty() { "" } else { ": " })]
    Forbidden {
        /// The caller.
        who: String,
        /// What was asked.
        what: Cow<'static, str>,
        /// Why, and what would help, if that can be said.
        why: String,
    },
    /// The request makes no sense as it stands.
    #[error("{detail}")]
    Invalid {
        /// Which part of the request (`files[2].sha256`); empty when it is all of it.
        field: String,
        /// What is wrong and what would be right.
        detail: String,
    },
    /// The request makes sense, but not with what there is now.
    #[error("{detail}")]
    Conflict {
        /// What it collides with.
        detail: String,
    },
    /// There is something, but it is no use to the caller, such as an unsigned package to a tester.
    #[error("{reason}")]
    Refused {
        /// Why.
        reason: String,
    },
    /// A promotion that was asked for is refused, for all of these reasons.
    #[error("{}", sentences(refusals))]
    Declined {
        /// Why, each with what would lift it.
        refusals: Vec<Refusal>,
    },
    /// What was asked cannot be done with a promotion as it stands.
    #[error("{}: {}", .0, .0.remedy())]
    Impossible(Impossible),
    /// The table or the bucket did not answer as it should.
    #[error("the store did not carry this out")]
    Store(#[source] store::Error),
    /// The caller showed too many wrong secrets, and is not looked at until then.
    #[error("too many addresses that lead nowhere were tried from here: wait until {until}")]
    LockedOut {
        /// When they may try again.
        until: Timestamp,
    },
    /// A form came in after its session had ended, and is shown again.
    #[error(
        "your session had ended, so this was not sent: look it over and send it again{}",
        if *partly { "; the password was not kept" } else { "" }
    )]
    Unsent {
        /// Whether a field was left out.
        partly: bool,
    },
    /// The caller was given as many downloads as they may have in a day.
    #[error(
        "{most} downloads were given here today, the most in a day for one person, for all API tokens of one owner, or for one workload: downloads resume at {until}, \
         and the operator of the portal can raise principal_per_day under [downloads] in towpath.toml"
    )]
    DailyLimit {
        /// How many they may have.
        most: u32,
        /// When the day ends.
        until: Timestamp,
        /// How many seconds that takes.
        wait: i64,
    },
    /// It was tried again and again, for a day.
    #[error("it could not be registered for a day: upload it again")]
    GivenUp,
    /// Something that was to be computed was not, since the program ends.
    #[error("it was not finished")]
    Unfinished,
}

/// What a use case returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What stands in the way, a sentence each.
pub fn sentences(refusals: &[Refusal]) -> String {
    let refusals: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    refusals.join(". ")
}

impl Error {
    /// What is wrong, as the person who asked is told: they know what they are called.
    pub fn told(&self) -> String {
        let text = self.to_string();
        match self {
            Self::Forbidden { who, .. } => text.replacen(who, "you", 1),
            _ => text,
        }
    }

    /// Others were faster, as often as it was tried.
    pub(crate) fn contended() -> Self {
        Self::Conflict {
            detail: "others keep changing this promotion: try again in a moment".to_owned(),
        }
    }

    /// Whether the same may well come to its end when it is tried again later, though nobody changes anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) => !error.is_lasting(),
            Self::Unfinished => true,
            Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Invalid { .. }
            | Self::Conflict { .. }
            | Self::Refused { .. }
            | Self::Declined { .. }
            | Self::Impossible(_)
            | Self::LockedOut { .. }
            | Self::Unsent { .. }
            | Self::DailyLimit { .. }
            | Self::GivenUp => false,
        }
    }

    /// Of something that the caller may not see, the same as if there were nothing of that name.
    pub(crate) fn hiding(self, what: impl Into<String>) -> Self {
        match self {
            Self::NotFound { .. } => Self::not_found(what),
            other => other,
        }
    }

    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    /// A reason that cannot be kept as it is.
    pub(crate) fn of_reason(why: Unwritten) -> Self {
        Self::invalid("reason", format!("the reason cannot be kept: {why}"))
    }

    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            detail: detail.into(),
        }
    }
}

impl From<Impossible> for Error {
    fn from(impossible: Impossible) -> Self {
        Self::Impossible(impossible)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

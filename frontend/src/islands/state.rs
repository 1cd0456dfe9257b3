//! How a page stands to what happens.

/// How the page stands to what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The island is not awake, as without WebAssembly: it says nothing.
    Asleep,
    /// The page shows what was true a few seconds ago at the most.
    Live,
    /// The portal does not answer.
    Lost,
    /// The session has ended: what the page shows is no longer kept true.
    SignedOut,
}

impl State {
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Asleep => None,
            Self::Live => Some("live"),
            Self::Lost => Some("lost"),
            Self::SignedOut => Some("signed-out"),
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Asleep => "",
            Self::Live => "Live",
            Self::Lost => "Connection lost, retrying",
            Self::SignedOut => "Your session has ended",
        }
    }
}

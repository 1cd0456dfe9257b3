//! Keeps a page true while someone looks at it.

use leptos::prelude::*;

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
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Asleep => None,
            Self::Live => Some("live"),
            Self::Lost => Some("lost"),
            Self::SignedOut => Some("signed-out"),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Asleep => "",
            Self::Live => "Live",
            Self::Lost => "Connection lost, retrying",
            Self::SignedOut => "Your session has ended",
        }
    }
}

/// Fetches the page again every few seconds, shows what changed, and says whether that works.
#[island]
pub fn Live() -> impl IntoView {
    let state = RwSignal::new(State::Asleep);
    #[cfg(feature = "hydrate")]
    super::follow::start(state);
    view! {
        <span class="live" role="status" data-state=move || state.get().name()>
            <span>{move || state.get().words()}</span>
            // Without a session, opening this very page leads to signing in, and back to it.
            <a href="" hidden=move || state.get() != State::SignedOut>"Sign in"</a>
        </span>
    }
}

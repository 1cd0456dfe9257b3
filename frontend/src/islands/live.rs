//! Keeps a page true while someone looks at it.

use leptos::prelude::*;

use super::state::State;

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

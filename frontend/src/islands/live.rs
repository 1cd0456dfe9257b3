//! Keeps a page true while someone looks at it.

use leptos::prelude::*;

/// Says whether the page follows what happens. Without WebAssembly it stays empty.
#[island]
pub fn Live() -> impl IntoView {
    let state = RwSignal::new("");
    view! {
        <span class="live" role="status">{move || state.get()}</span>
    }
}

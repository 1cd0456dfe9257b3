//! Long lists: a page at a time, all or failed ones.

use leptos::prelude::*;

/// The way to older items, and back to the newest.
pub(crate) fn pages(newest: Option<String>, older: Option<String>) -> Option<AnyView> {
    if newest.is_none() && older.is_none() {
        return None;
    }
    let nav = view! {
        <nav class="pages" aria-label="Pages">
            {newest.map(|href| view! { <a class="button" href=href>"Newest"</a> })}
            {older.map(|href| view! { <a class="button" rel="next" href=href>"Older"</a> })}
        </nav>
    };
    Some(nav.into_any())
}

/// The choice between all runs and failed ones.
pub(crate) fn filter(all: String, failed: String, only_failed: bool) -> AnyView {
    let choice = |href, name, chosen: bool| {
        view! { <a href=href aria-current=chosen.then_some("page")>{name}</a> }
    };
    view! {
        <nav class="filter" aria-label="Filter">
            {choice(all, "All", !only_failed)}
            {choice(failed, "Failed only", only_failed)}
        </nav>
    }
    .into_any()
}

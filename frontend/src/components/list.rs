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

/// The way to what comes next, and back to the first.
pub(crate) fn forward(first: Option<String>, next: Option<String>) -> Option<AnyView> {
    if first.is_none() && next.is_none() {
        return None;
    }
    let nav = view! {
        <nav class="pages" aria-label="Pages">
            {first.map(|href| view! { <a class="button" href=href>"First"</a> })}
            {next.map(|href| view! { <a class="button" rel="next" href=href>"Next"</a> })}
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

//! Times in words, with the exact moment beside them. The `Live` island keeps the words true.

use domain::Timestamp;
use leptos::prelude::*;

use domain::words;

/// A moment in words: "3 minutes ago", with the exact time as title.
pub(crate) fn ago(at: Timestamp, as_of: Timestamp) -> AnyView {
    view! {
        <time datetime=at.to_string() title=words::second(at) data-ago="">
            {words::ago(seconds(at, as_of))}
        </time>
    }
    .into_any()
}

/// A moment as a date and a time.
pub(crate) fn exact(at: Timestamp) -> AnyView {
    view! { <time datetime=at.to_string()>{words::second(at)}</time> }.into_any()
}

/// How long something took, or has taken until now.
pub(crate) fn duration(from: Timestamp, until: Option<Timestamp>, as_of: Timestamp) -> AnyView {
    let told = words::took(seconds(from, until.unwrap_or(as_of)));
    match until {
        Some(_) => view! { <span class="number">{told}</span> }.into_any(),
        None => view! { <span class="number" data-since=from.to_string()>{told}</span> }.into_any(),
    }
}

/// Whole seconds between two moments; none if they are in the wrong order.
pub(crate) fn seconds(from: Timestamp, until: Timestamp) -> i64 {
    until.duration_since(from).as_secs().max(0)
}

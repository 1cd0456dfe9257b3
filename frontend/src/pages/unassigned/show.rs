//! Runs of pipelines that no app claims.

use domain::{Timestamp, page::Page, view::RunSummary};
use leptos::prelude::*;

use crate::{
    components::{heading, list, runs},
    links,
    pages::{View, run},
    site::Place,
};

pub(crate) fn page(
    page: &Page<RunSummary>,
    failed: bool,
    from_newest: bool,
    as_of: Timestamp,
) -> View {
    let items = if !page.items.is_empty() {
        runs::list(&page.items, as_of)
    } else if failed {
        run::list::none(true)
    } else {
        heading::empty(
            "Every pipeline belongs to an app",
            "Nothing has been reported that no app claims.".into_any(),
        )
    };
    let newest = (!from_newest).then(|| links::unassigned(failed, None));
    let older = page
        .next
        .as_ref()
        .map(|next| links::unassigned(failed, Some(next)));
    View {
        title: if failed { "Failed unassigned runs" } else { "Unassigned runs" }.to_owned(),
        class: "list",
        place: Place::Unassigned,
        live: false,
        body: view! {
            {heading::trail(Vec::new())}
            <header class="page">
                <h1>"Unassigned runs"</h1>
                <p class="lead">"Runs of pipelines that no app claims in " <code>"towpath.toml"</code> "."</p>
            </header>
            {list::filter(links::unassigned(false, None), links::unassigned(true, None), failed)}
            {items}
            {list::pages(newest, older)}
        }
        .into_any(),
    }
}

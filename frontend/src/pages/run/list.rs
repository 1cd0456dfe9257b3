//! An app's runs, newest first, a page at a time; all, or failed ones only.

use domain::{Timestamp, catalog::App, page::Page, view::RunSummary};
use leptos::prelude::*;

use crate::{
    components::{
        heading::{self, Crumb},
        list, runs,
    },
    links,
    pages::View,
    site::Place,
};

pub(crate) fn page(
    app: &App,
    page: &Page<RunSummary>,
    failed: bool,
    from_newest: bool,
    as_of: Timestamp,
) -> View {
    let items = if page.items.is_empty() {
        none(failed)
    } else {
        runs::list(&page.items, as_of)
    };
    let newest = (!from_newest).then(|| links::runs(&app.id, failed, None));
    let older = page
        .next
        .as_ref()
        .map(|next| links::runs(&app.id, failed, Some(next)));
    View {
        title: format!("{} of {}", if failed { "Failed runs" } else { "Runs" }, app.name),
        class: "list",
        place: Place::Below,
        live: false,
        body: view! {
            {heading::trail(vec![Crumb::new(app.name.clone(), links::app(&app.id))])}
            <header class="page"><h1>{format!("Runs of {}", app.name)}</h1></header>
            {list::filter(links::runs(&app.id, false, None), links::runs(&app.id, true, None), failed)}
            {items}
            {list::pages(newest, older)}
        }
        .into_any(),
    }
}

/// What stands where there are no runs.
pub(crate) fn none(failed: bool) -> AnyView {
    if failed {
        return heading::empty(
            "No failed runs",
            "None of the runs that are kept here failed.".into_any(),
        );
    }
    heading::empty(
        "No runs here",
        view! { "They appear as soon as a pipeline\u{2019}s events arrive; try one with " <code>"towpath event send FILE"</code> "." }
            .into_any(),
    )
}

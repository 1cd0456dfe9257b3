//! An app's builds, newest first, a page at a time.

use domain::{Timestamp, build::BuildBrief, catalog::App, page::Page};
use leptos::prelude::*;

use crate::{
    components::{
        builds,
        heading::{self, Crumb},
        list,
    },
    links,
    pages::View,
    site::Place,
};

pub(crate) fn page(
    app: &App,
    page: &Page<BuildBrief>,
    from_newest: bool,
    as_of: Timestamp,
) -> View {
    let items = if page.items.is_empty() {
        none()
    } else {
        builds::list(&page.items, as_of)
    };
    let newest = (!from_newest).then(|| links::builds(&app.id, None));
    let older = page
        .next
        .as_ref()
        .map(|next| links::builds(&app.id, Some(next)));
    View {
        title: format!("Builds of {}", app.name),
        class: "list",
        place: Place::Below,
        live: false,
        body: view! {
            {heading::trail(vec![Crumb::new(app.name.clone(), links::app(&app.id))])}
            <header class="page"><h1>{format!("Builds of {}", app.name)}</h1></header>
            {items}
            {list::pages(newest, older)}
        }
        .into_any(),
    }
}

/// What stands where there are no builds.
pub(crate) fn none() -> AnyView {
    heading::empty(
        "No builds here",
        view! {
            "A pipeline registers one with its " <code>"register"</code> " action; by hand it is "
            <code>"towpath push app.apk"</code> "."
        }
        .into_any(),
    )
}

//! One app: where its builds are, and what was built and run lately.

use domain::view::AppView;
use leptos::prelude::*;

use crate::{
    components::{builds, cell, environment, heading, runs},
    links,
    pages::Page,
    site::Site,
};

#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct AppPage<'a>(
    /// The app, and what became of it lately.
    pub &'a AppView,
);

impl Page for AppPage<'_> {
    fn title(&self) -> String {
        self.0.row.app.name.clone()
    }

    fn class(&self) -> &'static str {
        "app"
    }

    fn is_live(&self) -> bool {
        true
    }

    fn body(&self, _: &Site) -> AnyView {
        let view = self.0;
        let app = &view.row.app;
        view! {
            {heading::trail(Vec::new())}
            <header class="page"><h1>{app.name.clone()}</h1></header>
            {environments(view)}
            <div class="halves">
                <section aria-labelledby="builds">
                    {heading::section("builds", "Newest builds", Some((links::builds(&app.id, None), "All builds")))}
                    {newest_builds(view)}
                </section>
                <section aria-labelledby="runs">
                    {heading::section("runs", "Newest runs", Some((links::runs(&app.id, false, None), "All runs")))}
                    {newest_runs(view)}
                </section>
            </div>
        }
        .into_any()
    }
}

fn environments(view: &AppView) -> AnyView {
    let cards = view
        .row
        .cells
        .iter()
        .map(|app_in| {
            let known = view
                .environments
                .iter()
                .find(|known| known.id == app_in.environment);
            view! {
                <li>
                    <h2>{known.map(environment::name)}</h2>
                    {cell::cell(&view.row.app.id, app_in, view.as_of)}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="cards" aria-label="Environments">{cards}</ul> }.into_any()
}

fn newest_builds(view: &AppView) -> AnyView {
    if view.builds.items.is_empty() {
        return crate::pages::build::list::none();
    }
    builds::list(&view.builds.items, view.as_of)
}

fn newest_runs(view: &AppView) -> AnyView {
    if view.runs.items.is_empty() {
        return crate::pages::run::list::none(false);
    }
    runs::list(&view.runs.items, view.as_of)
}

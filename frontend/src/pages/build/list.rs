//! An app's builds, newest first, a page at a time.

use domain::{Timestamp, build::BuildBrief, catalog::App, page::Page as ListPage};
use leptos::prelude::*;

use crate::{
    components::{
        builds,
        heading::{self, Crumb},
        list,
    },
    links,
    pages::Page,
    site::Site,
};

/// An app's builds, newest first.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct BuildsPage<'a> {
    pub app: &'a App,
    /// One page of its builds.
    pub builds: &'a ListPage<BuildBrief>,
    /// Whether that page starts at the newest one.
    pub from_newest: bool,
    /// When this was true.
    pub as_of: Timestamp,
}

impl Page for BuildsPage<'_> {
    fn title(&self) -> String {
        format!("Builds of {}", self.app.name)
    }

    fn class(&self) -> &'static str {
        "list"
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            app,
            builds,
            from_newest,
            as_of,
        } = *self;
        let items = if builds.items.is_empty() {
            none()
        } else {
            builds::list(&builds.items, as_of)
        };
        let newest = (!from_newest).then(|| links::builds(&app.id, None));
        let older = builds
            .next
            .as_ref()
            .map(|next| links::builds(&app.id, Some(next)));
        view! {
            {heading::trail(vec![Crumb::new(app.name.clone(), links::app(&app.id))])}
            <header class="page"><h1>{self.title()}</h1></header>
            {items}
            {list::pages(newest, older)}
        }
        .into_any()
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

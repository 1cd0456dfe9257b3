//! Pipelines that no app claims.

use domain::{Timestamp, page::Page as ListPage, run::RecentRuns};
use leptos::prelude::*;

use crate::{
    components::{
        heading::{self, Crumb},
        list, pipelines,
    },
    links,
    pages::Page,
    site::{Place, Site},
};

/// Pipelines that no app claims and that ran lately, by source and name.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct UnassignedPipelinesPage<'a> {
    /// One page of them.
    pub pipelines: &'a ListPage<RecentRuns>,
    /// Whether that page starts at the first one.
    pub from_first: bool,
    /// When this was true.
    pub as_of: Timestamp,
}

impl Page for UnassignedPipelinesPage<'_> {
    fn title(&self) -> String {
        "Unassigned pipelines".to_owned()
    }

    fn class(&self) -> &'static str {
        "list"
    }

    fn place(&self) -> Place {
        Place::Unassigned
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            pipelines,
            from_first,
            as_of,
        } = *self;
        let items = if pipelines.items.is_empty() && pipelines.next.is_none() {
            heading::empty(
                "No unassigned pipeline",
                "Nothing has been reported in the last 30 days that no app claims.".into_any(),
            )
        } else {
            pipelines::list(&pipelines.items, as_of)
        };
        let first = (!from_first).then(|| links::unassigned_pipelines(None));
        let next = pipelines.next.as_ref();
        let next = next.map(|next| links::unassigned_pipelines(Some(next)));
        view! {
            {heading::trail(vec![Crumb::new("Unassigned", links::unassigned(false, None))])}
            <header class="page">
                <h1>{self.title()}</h1>
                <p class="lead">
                    "Pipelines that no app claims under "<code>"[[pipelines]]"</code>" in "<code>"towpath.toml"</code>". One that has not run for 30 days is left out."
                </p>
            </header>
            {items}
            {list::forward(first, next)}
        }
        .into_any()
    }
}

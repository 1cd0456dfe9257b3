//! Runs of pipelines that no app claims.

use domain::{Timestamp, page::Page as ListPage, view::RunSummary};
use leptos::prelude::*;

use crate::{
    components::{heading, list, runs},
    links,
    pages::{Page, run},
    site::{Place, Site},
};

/// Runs of pipelines that no app claims, newest first.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct UnassignedPage<'a> {
    /// One page of them.
    pub runs: &'a ListPage<RunSummary>,
    /// Whether only failed ones are asked for.
    pub failed: bool,
    /// Whether that page starts at the newest one.
    pub from_newest: bool,
    /// When this was true.
    pub as_of: Timestamp,
}

impl Page for UnassignedPage<'_> {
    fn title(&self) -> String {
        let title = if self.failed {
            "Failed unassigned runs"
        } else {
            "Unassigned runs"
        };
        title.to_owned()
    }

    fn class(&self) -> &'static str {
        "list"
    }

    fn place(&self) -> Place {
        Place::Unassigned
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            runs,
            failed,
            from_newest,
            as_of,
        } = *self;
        let items = if !runs.items.is_empty() {
            runs::list(&runs.items, as_of)
        } else if failed {
            run::list::none(true)
        } else {
            heading::empty(
                "Every pipeline belongs to an app",
                "Nothing has been reported that no app claims.".into_any(),
            )
        };
        let newest = (!from_newest).then(|| links::unassigned(failed, None));
        let older = runs
            .next
            .as_ref()
            .map(|next| links::unassigned(failed, Some(next)));
        view! {
            {heading::trail(Vec::new())}
            <header class="page">
                <h1>"Unassigned runs"</h1>
                <p class="lead">
                    "Runs of "<a href=links::unassigned_pipelines(None)>"pipelines that no app claims"</a>" in "<code>"towpath.toml"</code>"."
                </p>
            </header>
            {list::filter(links::unassigned(false, None), links::unassigned(true, None), failed)}
            {items}
            {list::pages(newest, older)}
        }
        .into_any()
    }
}

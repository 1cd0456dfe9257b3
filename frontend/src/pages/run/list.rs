//! An app's runs, newest first, a page at a time; all, or failed ones only.

use domain::{Timestamp, catalog::App, page::Page as ListPage, view::RunSummary};
use leptos::prelude::*;

use crate::{
    components::{
        heading::{self, Crumb},
        list, runs,
    },
    links,
    pages::Page,
    site::Site,
};

/// An app's runs, newest first.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct RunsPage<'a> {
    pub app: &'a App,
    /// One page of its runs.
    pub runs: &'a ListPage<RunSummary>,
    /// Whether only failed ones are asked for.
    pub failed: bool,
    /// Whether that page starts at the newest one.
    pub from_newest: bool,
    /// When this was true.
    pub as_of: Timestamp,
}

impl Page for RunsPage<'_> {
    fn title(&self) -> String {
        let runs = if self.failed { "Failed runs" } else { "Runs" };
        format!("{runs} of {}", self.app.name)
    }

    fn class(&self) -> &'static str {
        "list"
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            app,
            runs,
            failed,
            from_newest,
            as_of,
        } = *self;
        let items = if runs.items.is_empty() {
            none(failed)
        } else {
            runs::list(&runs.items, as_of)
        };
        let newest = (!from_newest).then(|| links::runs(&app.id, failed, None));
        let older = runs
            .next
            .as_ref()
            .map(|next| links::runs(&app.id, failed, Some(next)));
        view! {
            {heading::trail(vec![Crumb::new(app.name.clone(), links::app(&app.id))])}
            <header class="page"><h1>{format!("Runs of {}", app.name)}</h1></header>
            {list::filter(links::runs(&app.id, false, None), links::runs(&app.id, true, None), failed)}
            {items}
            {list::pages(newest, older)}
        }
        .into_any()
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

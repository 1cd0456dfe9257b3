//! Every app in every environment; of many apps, a page of them.

use domain::{
    Timestamp,
    catalog::Environment,
    run::RecentRuns,
    status::Status,
    view::{AppRow, Overview},
    words,
};
use leptos::prelude::*;

use crate::{
    components::{cell, environment, heading, icon, list, pipelines},
    links,
    pages::Page,
    site::{Place, Site},
};

/// How many environments a wide screen shows beside one another.
const SIDE_BY_SIDE: usize = 3;

/// Every app in every environment.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct OverviewPage<'a> {
    /// A page of the apps, the environments and what is in them.
    pub view: &'a Overview,
    /// Whether that page starts at the first app.
    pub from_first: bool,
}

impl Page for OverviewPage<'_> {
    fn title(&self) -> String {
        "Overview".to_owned()
    }

    fn class(&self) -> &'static str {
        "overview"
    }

    fn place(&self) -> Place {
        Place::Overview
    }

    fn is_live(&self) -> bool {
        true
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self { view, from_first } = *self;
        let is_whole = from_first && view.next.is_none();
        let matrix = if view.apps.is_empty() {
            no_apps()
        } else {
            matrix(view)
        };
        view! {
            <header class="page">
                <h1>"Overview"</h1>
                {summary(view, is_whole)}
            </header>
            {(is_whole && !view.apps.is_empty() && is_silent(view)).then(nothing_heard)}
            {matrix}
            {list::forward(
                (!from_first).then(|| links::overview(None)),
                view.next.as_ref().map(|next| links::overview(Some(next))),
            )}
            {unassigned(view)}
        }
        .into_any()
    }
}

/// The pipelines of all apps.
fn pipelines(view: &Overview) -> impl Iterator<Item = &RecentRuns> {
    let cells = view.apps.iter().flat_map(|row| &row.cells);
    cells.flat_map(|cell| &cell.pipelines)
}

fn is_silent(view: &Overview) -> bool {
    let served = view
        .apps
        .iter()
        .flat_map(|row| &row.cells)
        .any(|cell| cell.current.is_some());
    !served && pipelines(view).next().is_none() && view.unassigned.is_empty()
}

/// How many pipelines of the apps fail and how many are at work, by their newest run.
fn summary(view: &Overview, is_whole: bool) -> AnyView {
    let newest: Vec<Status> = pipelines(view)
        .filter_map(|recent| recent.runs.first())
        .map(|run| run.status)
        .collect();
    let count =
        |wanted: fn(Status) -> bool| newest.iter().filter(|status| wanted(**status)).count();
    let failing = count(Status::is_failure);
    let working = count(|status| matches!(status, Status::Running | Status::Stopping));
    let said = |number: usize, tone: &'static str, word: &str| {
        (number > 0).then(
            || view! { <span class="tally" data-status=tone>{format!("{number} {word}")}</span> },
        )
    };
    let here = if is_whole { "" } else { " on this page" };
    view! {
        <p class="tallies">
            <span>{words::count(view.apps.len(), "app")}{here}</span>
            {said(failing, "failed", "failing")}
            {said(working, "running", "running now")}
        </p>
    }
    .into_any()
}

/// A table on wide screens, a card for each app on narrow ones. The roles say what the elements already are, because
/// a browser forgets it when the stylesheet lays the table out as cards.
fn matrix(view: &Overview) -> AnyView {
    let heads = view
        .environments
        .iter()
        .map(|environment| view! { <th scope="col" role="columnheader">{environment::name(environment)}</th> })
        .collect_view();
    let rows = view
        .apps
        .iter()
        .map(|app| row(app, &view.environments, view.as_of))
        .collect_view();
    let class = if view.environments.len() > SIDE_BY_SIDE {
        "matrix many"
    } else {
        "matrix"
    };
    view! {
        <div class="wide-table">
            <table class=class role="table" aria-label="Apps by environment">
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"App"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(row: &AppRow, environments: &[Environment], as_of: Timestamp) -> AnyView {
    let cells = environments
        .iter()
        .map(|environment| {
            view! {
                <td role="cell">
                    <p class="narrow" aria-hidden="true">{environment::name(environment)}</p>
                    {cell::cell(&row.app.id, &row.cell(&environment.id), as_of)}
                </td>
            }
        })
        .collect_view();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a href=links::app(&row.app.id)>{row.app.name.clone()}</a>
            </th>
            {cells}
        </tr>
    }
    .into_any()
}

fn unassigned(view: &Overview) -> Option<AnyView> {
    if view.unassigned.is_empty() && !view.more_unassigned {
        return None;
    }
    let more = view.more_unassigned.then(|| {
        view! { <p><a href=links::unassigned_pipelines(None)>"View all unassigned pipelines"</a></p> }
    });
    let section = view! {
        <section aria-labelledby="unassigned">
            {heading::section("unassigned", "Unassigned pipelines", Some((links::unassigned(false, None), "View all runs")))}
            <p class="hint">
                "Not mapped to an app yet. Add them under " <code>"[[pipelines]]"</code> " in " <code>"towpath.toml"</code>
                " to see them in the table above from their next run on. One that has not run for 30 days is left out."
            </p>
            {pipelines::list(&view.unassigned, view.as_of)}
            {more}
        </section>
    };
    Some(section.into_any())
}

fn no_apps() -> AnyView {
    heading::empty(
        "No app is configured yet",
        view! {
            "Name your apps and environments in " <code>"towpath.toml"</code> ", check it with "
            <code>"towpath config check"</code> " and start the portal again."
        }
        .into_any(),
    )
}

fn nothing_heard() -> AnyView {
    view! {
        <p class="callout">
            {icon::icon(icon::NOTE)}
            <span>
                "Nothing has been reported yet. Let EventBridge send your pipelines\u{2019} events here, try one with "
                <code>"towpath event send FILE"</code> ", or upload a build with " <code>"towpath push app.apk"</code> "."
            </span>
        </p>
    }
    .into_any()
}

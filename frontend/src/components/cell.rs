//! An app in an environment: what it serves, and how the pipelines that feed it are doing.

use domain::{Timestamp, id::AppId, release::Release, run::RecentRuns, view::Cell};
use leptos::prelude::*;

use crate::{
    components::{builds, commit, holds, icon, status, time},
    links,
};

/// What an app in an environment serves, and the newest runs of its pipelines.
pub(crate) fn cell(app: &AppId, cell: &Cell, as_of: Timestamp) -> AnyView {
    let current = match &cell.current {
        Some(release) => current(release, as_of),
        None => none(app, cell),
    };
    let holds = cell.holds.iter().map(holds::mark).collect_view();
    let holds = (!cell.holds.is_empty()).then(|| view! { <p class="marks">{holds}</p> });
    let pipelines = cell
        .pipelines
        .iter()
        .map(|recent| pipeline(recent, as_of))
        .collect_view();
    let installs = cell.current.as_ref().filter(|_| cell.may_download);
    let tester = installs.map(|_| {
        let label = format!("Install page of {app} in {}", cell.environment);
        view! {
            <a class="install" href=links::tester(app, &cell.environment) aria-label=label>
                {icon::icon(icon::PHONE)} "Install"
            </a>
        }
    });
    view! {
        <div class="cell">
            <div class="serves">{current} {tester}</div>
            {holds}
            {pipelines}
        </div>
    }
    .into_any()
}

/// What stands where nothing is served: nothing yet, or nothing any more.
fn none(app: &AppId, cell: &Cell) -> AnyView {
    match &cell.withdrawn {
        Some(gone) => view! {
            <p class="quiet"><a href=links::build(app, &gone.build)>{format!("Build {}", gone.number)}</a> " was withdrawn"</p>
        }
        .into_any(),
        None => view! { <p class="quiet">"No release yet"</p> }.into_any(),
    }
}

fn current(release: &Release, as_of: Timestamp) -> AnyView {
    view! {
        <div>
            <a class="current" href=links::build(&release.app, &release.build)>
                {builds::name(release.number, release.version.as_deref())}
            </a>
            <p class="facts">
                {release.is_rollback().then(|| view! { <span class="mark-rollback">{icon::icon(icon::BACK)} "Rolled back"</span> })}
                {time::ago(release.released_at, as_of)}
                {release.revision.as_ref().map(commit::short)}
            </p>
        </div>
    }
    .into_any()
}

/// A pipeline's newest run in words, and the ones before it as small shapes.
pub(crate) fn pipeline(recent: &RecentRuns, as_of: Timestamp) -> AnyView {
    let mut runs = recent.runs.iter();
    let newest = runs.next().map(|run| status::run_badge(run, as_of));
    let earlier = runs.map(|run| status::dot(run, as_of)).collect_view();
    view! {
        <div class="pipeline">
            <p class="facts">{recent.pipeline.name.clone()}</p>
            <p class="states">
                {newest}
                {earlier}
            </p>
        </div>
    }
    .into_any()
}

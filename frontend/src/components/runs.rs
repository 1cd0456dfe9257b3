//! Runs in a list.

use domain::{Timestamp, id::RunId, view::RunSummary};
use leptos::prelude::*;

use crate::{
    components::{status, time},
    links,
};

/// A run's name for people: the first eight characters of its own identity, without what comes before it.
pub(crate) fn name(id: &RunId) -> String {
    let own = id.as_str().rsplit(['/', ':']).next().unwrap_or_default();
    own.chars().take(8).collect()
}

/// Runs, newest first.
pub(crate) fn list(runs: &[RunSummary], as_of: Timestamp) -> AnyView {
    let items = runs.iter().map(|run| item(run, as_of)).collect_view();
    view! { <ol class="rows runs">{items}</ol> }.into_any()
}

fn item(summary: &RunSummary, as_of: Timestamp) -> AnyView {
    let run = &summary.run;
    let title = summary
        .message
        .clone()
        .unwrap_or_else(|| format!("Run {}", name(&run.id)));
    let place = summary
        .environment
        .as_ref()
        .map(|environment| view! { <span>{environment.to_string()}</span> });
    let commit = run
        .commit
        .clone()
        .map(|commit| view! { <code>{commit}</code> });
    view! {
        <li data-key=run.id.to_string()>
            {status::badge(run.status, "")}
            <div class="what">
                <a href=links::run(&run.id)>{title}</a>
                <p class="facts">
                    <span>{summary.pipeline.name.clone()}</span>
                    {place}
                    {commit}
                </p>
            </div>
            <p class="facts when">
                {time::ago(run.started_at, as_of)}
                {time::duration(run.started_at, run.finished_at, as_of)}
            </p>
        </li>
    }
    .into_any()
}

//! Pipelines in a list, each with its newest runs.

use domain::{Timestamp, run::RecentRuns};
use leptos::prelude::*;

use super::status;

/// Pipelines, each with its newest run in words and the ones before as marks.
pub(crate) fn list(pipelines: &[RecentRuns], as_of: Timestamp) -> AnyView {
    let items = pipelines
        .iter()
        .map(|recent| {
            let newest = recent.runs.first().map(|run| status::run_badge(run, as_of));
            let earlier = recent
                .runs
                .iter()
                .skip(1)
                .map(|run| status::dot(run, as_of))
                .collect_view();
            view! {
                <li>
                    <div class="what">
                        <strong>{recent.pipeline.name.clone()}</strong>
                        <p class="facts"><span>{recent.pipeline.source.clone()}</span></p>
                    </div>
                    <p class="states">{newest} {earlier}</p>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="rows">{items}</ul> }.into_any()
}

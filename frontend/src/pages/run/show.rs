//! One run: how it stands, why it failed, and its steps as a timeline.

use domain::{event::Pipeline, view::RunView};
use leptos::prelude::*;

use super::{failure, timeline};
use crate::{
    components::{
        builds, commit, environment,
        heading::{self, Crumb},
        known::claimed,
        runs, status, time,
    },
    links,
    pages::Page,
    site::Site,
};

#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct RunPage<'a>(
    /// The run and its steps.
    pub &'a RunView,
);

impl Page for RunPage<'_> {
    fn title(&self) -> String {
        let run = &self.0.run;
        format!("Run {} of {}", runs::name(&run.id), run.pipeline.name)
    }

    fn class(&self) -> &'static str {
        "run"
    }

    fn is_live(&self) -> bool {
        true
    }

    fn body(&self, _: &Site) -> AnyView {
        let view = self.0;
        let run = &view.run;
        let name = runs::name(&run.id);
        let title = run
            .revision
            .as_ref()
            .and_then(|revision| revision.value.message.clone())
            .unwrap_or_else(|| format!("Run {name}"));
        view! {
            {heading::trail(trail(view))}
            <header class="page">
                <h1>{title}</h1>
                <p class="lead">{status::badge(run.status, &run.raw_status)} {claimed(view.known)} <span>{run.pipeline.name.clone()}</span></p>
            </header>
            {failure::section(view)}
            {facts(view)}
            <section aria-labelledby="steps">
                {heading::section("steps", "Steps", None)}
                {timeline::timeline(view)}
            </section>
            {made(view)}
        }
        .into_any()
    }
}

fn trail(view: &RunView) -> Vec<Crumb> {
    match &view.app {
        Some(app) => vec![
            Crumb::new(app.name.as_str(), links::app(&app.id)),
            Crumb::new("Runs", links::runs(&app.id, false, None)),
        ],
        None => vec![Crumb::new("Unassigned", links::unassigned(false, None))],
    }
}

fn facts(view: &RunView) -> AnyView {
    let run = &view.run;
    let place = view.environment.as_ref().map(|environment| {
        view! { <div><dt>"Feeds"</dt><dd>{environment::name(environment)}</dd></div> }
    });
    let trigger = run.trigger.as_ref().map(|trigger| {
        let by =
            trigger.value.by.clone().map(
                |by| view! { <small title=by.clone()>{format!("by {}", person(&by))}</small> },
            );
        view! { <div><dt>"Trigger"</dt><dd>{trigger.value.kind.clone()} " " {by}</dd></div> }
    });
    let source = run.revision.as_ref().map(|revision| {
        let origin =
            commit::origin(&revision.value).map(|origin| view! { <small>{origin}</small> });
        view! { <div><dt>"Commit"</dt><dd>{commit::short(&revision.value)} " " {origin}</dd></div> }
    });
    let attempt = (run.attempt > 1)
        .then(|| view! { <div><dt>"Attempt"</dt><dd class="number">{run.attempt}</dd></div> });
    let promotion = view.promotion.as_ref().map(|promotion| {
        view! { <div><dt>"Carries out"</dt><dd><a href=links::promotion(promotion)>"a promotion"</a></dd></div> }
    });
    let parent = run
        .parent
        .clone()
        .map(|parent| view! { <div><dt>"On behalf of"</dt><dd>{parent}</dd></div> });
    let said = run.detail.as_ref().map(|detail| &detail.value);
    let remark = said
        .and_then(|said| said.summary.clone())
        .map(|summary| view! { <div><dt>"Remark"</dt><dd>{summary}</dd></div> });
    let log = said
        .and_then(|said| said.url.as_deref())
        .and_then(links::foreign)
        .map(|url| view! { <div><dt>"Log"</dt><dd><a href=url rel="noreferrer">"Log and details"</a></dd></div> });
    view! {
        <dl class="facts-grid">
            <div><dt>"Started"</dt><dd>{time::ago(run.started_at, view.as_of)}</dd></div>
            <div><dt>{if run.finished_at().is_some() { "Took" } else { "Running for" }}</dt><dd>{time::duration(run.started_at, run.finished_at(), view.as_of)}</dd></div>
            {source}
            {place}
            {trigger}
            {attempt}
            {promotion}
            {parent}
            {remark}
            {log}
            <div><dt>"Pipeline"</dt><dd>{run.pipeline.name.clone()} " " <small>{system(&run.pipeline)}</small></dd></div>
        </dl>
    }
    .into_any()
}

/// Anyone who stands behind an ARN, without the partition, service and account before it.
fn person(by: &str) -> &str {
    by.strip_prefix("arn:")
        .and_then(|arn| arn.splitn(5, ':').nth(4))
        .unwrap_or(by)
}

/// Where a pipeline is, in words.
fn system(pipeline: &Pipeline) -> String {
    [
        Some(&pipeline.source),
        pipeline.account.as_ref(),
        pipeline.region.as_ref(),
    ]
    .into_iter()
    .flatten()
    .cloned()
    .collect::<Vec<_>>()
    .join(", ")
}

fn made(view: &RunView) -> Option<AnyView> {
    if view.builds.is_empty() {
        return None;
    }
    let section = view! {
        <section aria-labelledby="made">
            {heading::section("made", "Builds it made", None)}
            {builds::list(&view.builds, view.as_of)}
        </section>
    };
    Some(section.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_told_by_its_last_part() {
        assert_eq!(person("arn:aws:iam::123456789012:user/mia"), "user/mia");
        assert_eq!(person("mia"), "mia");
        assert_eq!(person("arn:odd"), "arn:odd");
    }
}

//! Why a run failed, before anything else on its page.

use domain::{
    event::StepDetail,
    view::{RunView, StepView},
};
use leptos::prelude::*;

use crate::{
    components::{icon, status},
    links,
};

/// What went wrong, if something did: each failing action with its error, its summary and its log.
pub(super) fn section(view: &RunView) -> Option<AnyView> {
    if !view.run.status.is_failure() {
        return None;
    }
    let items = failing(view).into_iter().map(item).collect_view();
    let section = view! {
        <section class="failure" aria-labelledby="failure">
            <h2 id="failure">{icon::icon(icon::WARNING)} "What went wrong"</h2>
            {no_reason(view)}
            {items}
        </section>
    };
    Some(section.into_any())
}

/// The failing steps of the newest attempt; actions rather than the stages that fail because of them.
fn failing(view: &RunView) -> Vec<&StepView> {
    let failed =
        |step: &&StepView| step.step.status.is_failure() && step.step.attempt == view.run.attempt;
    let all: Vec<&StepView> = view.steps.iter().filter(failed).collect();
    let explained = |stage: &StepView| {
        all.iter().any(|other| {
            other.step.action().is_some() && other.step.stage() == stage.step.id.as_str()
        })
    };
    all.iter()
        .copied()
        .filter(|step| step.step.action().is_some() || !explained(step))
        .collect()
}

fn no_reason(view: &RunView) -> Option<AnyView> {
    failing(view).is_empty().then(|| {
        view! { <p>"The run failed, and no step of it says why. Its pipeline\u{2019}s own page may."</p> }.into_any()
    })
}

fn item(view: &StepView) -> AnyView {
    let step = &view.step;
    let detail = step.detail.as_ref().map(|detail| &detail.value);
    let code = detail.and_then(|detail| detail.error_code.clone());
    let summary = detail
        .and_then(|detail| detail.summary.clone())
        .unwrap_or_else(|| {
            format!(
                "{} says no more than \u{201c}{}\u{201d}.",
                step.id, step.raw_status
            )
        });
    view! {
        <article>
            <h3>{status::badge(step.status, &step.raw_status)} " " {step.id.to_string()} {code.map(|code| view! { " " <code>{code}</code> })}</h3>
            <p class="summary">{summary}</p>
            {ways(view, detail)}
        </article>
    }
    .into_any()
}

/// Where to read on.
fn ways(view: &StepView, detail: Option<&StepDetail>) -> Option<AnyView> {
    let log = detail.and_then(|detail| detail.url.as_deref()).and_then(links::foreign).map(|url| {
        view! { <a class="button" href=url rel="noreferrer">{icon::icon(icon::ELSEWHERE)} "Log and details"</a> }
    });
    let run = view.carried_out_by.as_ref().map(|run| {
        view! { <a class="button" href=links::run(run)>"The run that carried it out"</a> }
    });
    (log.is_some() || run.is_some()).then(|| view! { <p class="ways">{log} {run}</p> }.into_any())
}

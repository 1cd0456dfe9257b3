//! States of runs and steps: always a shape and a word, never colour alone.

use domain::{Timestamp, run::RunBrief, status::Status, words};
use leptos::prelude::*;

use crate::{components::time, links};

/// The shape of a state, one for each.
fn outline(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "M3 8.5 6.5 12 13 4.5",
        Status::Failed => "M3.5 3.5l9 9M12.5 3.5l-9 9",
        Status::Error => "M8 2.5v7M8 13v.2",
        Status::Running => "M8 2a6 6 0 1 1-6 6",
        Status::Stopping => "M4 4h8v8H4z",
        Status::Waiting => "M5.5 3v10M10.5 3v10",
        Status::Queued => "M3 8h.2M8 8h.2M13 8h.2",
        Status::Skipped => "M3 8h10M9 4l4 4-4 4",
        Status::Superseded => "M3 4l4 4-4 4M9 4l4 4-4 4",
        Status::Canceled => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M4 4l8 8",
        Status::Unknown => "M5.5 6a2.5 2.5 0 1 1 3.6 2.2Q8 8.8 8 10M8 13v.2",
    }
}

/// The shape alone, beside words that say the same.
pub(crate) fn shape(status: Status) -> AnyView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=outline(status) />
        </svg>
    }
    .into_any()
}

/// A state: its shape and its word; for a state that we do not know, the source's own word.
pub(crate) fn badge(status: Status, raw: &str) -> AnyView {
    let word = if status == Status::Unknown && !raw.is_empty() {
        raw.to_owned()
    } else {
        status.word().to_owned()
    };
    view! {
        <span class="status" data-status=status.word()>
            {shape(status)}
            <span>{word}</span>
        </span>
    }
    .into_any()
}

/// A state with a word of its own.
pub(crate) fn mark(status: Status, word: impl Into<String>) -> AnyView {
    view! {
        <span class="status" data-status=status.word()>
            {shape(status)}
            <span>{word.into()}</span>
        </span>
    }
    .into_any()
}

/// A run's state and when it came about, as a link to the run.
pub(crate) fn run_badge(run: &RunBrief, as_of: Timestamp) -> AnyView {
    let when = match run.finished_at {
        Some(at) => time::ago(at, as_of),
        None => view! { "for " {time::duration(run.started_at, None, as_of)} }.into_any(),
    };
    view! {
        <a class="status link" data-status=run.status.word() href=links::run(&run.id)>
            {shape(run.status)}
            <span>{run.status.word()}</span>
            <small>{when}</small>
        </a>
    }
    .into_any()
}

/// An earlier run: a small shape that links to it.
pub(crate) fn dot(run: &RunBrief, as_of: Timestamp) -> AnyView {
    let title = format!(
        "{}, {}",
        run.status.word(),
        words::ago(time::seconds(run.started_at, as_of))
    );
    view! {
        <a class="dot" data-status=run.status.word() href=links::run(&run.id) title=title.clone()>
            {shape(run.status)}
            <span class="unseen">{format!("Earlier run: {title}")}</span>
        </a>
    }
    .into_any()
}

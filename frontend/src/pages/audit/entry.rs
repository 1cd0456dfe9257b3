//! One entry of the log.

use domain::{Timestamp, audit::Entry};
use leptos::prelude::*;

use super::words;
use crate::{
    components::{person, time},
    links,
};

pub(super) fn item(entry: &Entry, as_of: Timestamp) -> AnyView {
    let note = &entry.note;
    let reason = note
        .reason
        .clone()
        .map(|reason| view! { <blockquote>{reason}</blockquote> });
    let from = note.from.clone().map(|from| format!(", from {from}"));
    view! {
        <li data-status=words::tone(note.action) id=format!("entry-{}", entry.number)>
            <span class="entry-number number">{entry.number}</span>
            <div class="what">
                <p><strong>{person::name(&note.by)}</strong> " " <span class="tally">{words::action(note.action)}</span> {place(entry)}</p>
                {reason}
                {details(entry)}
                <p class="facts">
                    <span>{format!("via {}", note.proof)} {from}</span>
                    {to(entry)}
                    <code title=entry.hash.to_string()>{entry.hash.short()}</code>
                </p>
            </div>
            <p class="facts when">{time::ago(note.at, as_of)}</p>
        </li>
    }
    .into_any()
}

/// Of which app, and where.
fn place(entry: &Entry) -> Option<String> {
    let note = &entry.note;
    match (&note.app, &note.environment) {
        (Some(app), Some(environment)) => Some(format!(" · {app} in {environment}")),
        (Some(app), None) => Some(format!(" · {app}")),
        (None, Some(environment)) => Some(format!(" · every app in {environment}")),
        (None, None) => None,
    }
}

/// To what it concerns, and who fetched it.
fn to(entry: &Entry) -> AnyView {
    let note = &entry.note;
    let promotion = note.promotion.as_ref().map(|promotion| {
        view! { <a href=links::promotion(promotion)>"Promotion"</a> }
    });
    let build = note
        .app
        .as_ref()
        .zip(note.build.as_ref())
        .map(|(app, build)| {
            view! {
                <a href=links::build(app, build)>"Build"</a>
                <a href=links::downloads(app, build, None)>"Downloads"</a>
            }
        });
    view! { {promotion} {build} }.into_any()
}

fn details(entry: &Entry) -> Option<AnyView> {
    let details = &entry.note.details;
    if details.is_empty() {
        return None;
    }
    let facts = details
        .iter()
        .map(|(name, value)| view! { <span>{format!("{name}: {value}")}</span> })
        .collect_view();
    Some(view! { <p class="facts details">{facts}</p> }.into_any())
}

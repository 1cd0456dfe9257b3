//! What was found when the log was verified.

use domain::{Timestamp, audit::Finding};
use leptos::prelude::*;

use super::words;
use crate::{
    components::{
        field::sentence,
        heading::{self, Crumb},
        icon::{self, icon},
        status, time,
    },
    document::Place,
    links,
    pages::View,
};

use domain::status::Status;

pub(crate) fn page(entries: u64, seals: usize, findings: &[Finding], as_of: Timestamp) -> View {
    let compared = match seals {
        0 => "There is no seal yet to compare it with.".to_owned(),
        1 => "It was compared with 1 seal.".to_owned(),
        many => format!("It was compared with {many} seals."),
    };
    View {
        title: "The audit log, verified".to_owned(),
        class: "audit",
        place: Place::Below,
        live: false,
        body: view! {
            {heading::trail(vec![Crumb::new("Audit log", links::AUDIT)])}
            <header class="page">
                <h1>"The audit log, verified"</h1>
                <p class="lead">{format!("{entries} entries, at {}. {compared}", time::exact(as_of))}</p>
            </header>
            {found(findings)}
            <p class="hint">"This is what the portal itself found. Take the log away as JSON lines and verify it elsewhere, beside the seals, with "<code>"towpath audit verify"</code>"."</p>
        }
        .into_any(),
    }
}

fn found(findings: &[Finding]) -> AnyView {
    if findings.is_empty() {
        return view! {
            <p class="callout" data-status="succeeded">
                {status::shape(Status::Succeeded)}
                <span><strong>"Nothing is wrong. "</strong> "No entry was altered, is missing, was put in or stands elsewhere."</span>
            </p>
        }
        .into_any();
    }
    let items = findings.iter().map(finding).collect_view();
    view! {
        <p class="callout" data-status="failed">
            {icon(icon::WARNING)}
            <span><strong>"The log is not as it was written. "</strong> {crate::words::count(findings.len(), "finding")}</span>
        </p>
        <ol class="rows">{items}</ol>
    }
    .into_any()
}

fn finding(finding: &Finding) -> AnyView {
    let which = if finding.last == finding.number {
        format!("Entry {}", finding.number)
    } else {
        format!("Entries {} to {}", finding.number, finding.last)
    };
    view! {
        <li>
            {status::mark(Status::Failed, words::fault(finding.fault))}
            <div class="what"><strong>{which}</strong> <p>{sentence(&finding.words)}</p></div>
        </li>
    }
    .into_any()
}

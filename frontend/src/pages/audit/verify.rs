//! What was found when the log was verified.

use domain::{
    Timestamp,
    audit::{Finding, Locks},
    status::Status,
    words::sentence,
};
use leptos::prelude::*;

use super::words;
use crate::{
    components::{
        heading::{self, Crumb},
        icon::{self, icon},
        status,
    },
    links,
    pages::Page,
    site::Site,
};

/// The seals that a log was compared with.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct ComparedSeals {
    /// How many there are.
    pub count: usize,
    /// How many of those have no number, because an earlier version made them.
    pub unnumbered: usize,
    /// How they are locked.
    pub locks: Locks,
    /// The last entry that is sealed, and since when.
    pub sealed: Option<(u64, Timestamp)>,
}

impl ComparedSeals {
    fn words(&self) -> String {
        let mut words = match self.count {
            0 => "There is no seal yet to compare it with.".to_owned(),
            1 => "It was compared with 1 seal.".to_owned(),
            many => format!("It was compared with {many} seals."),
        };
        if self.unnumbered > 0 {
            let of_days = format!(
                " {} of an earlier version: one a day, without a number.",
                domain::words::count(self.unnumbered, "seal")
            );
            words.push_str(&of_days);
        }
        if let Some((entry, at)) = self.sealed {
            let sealed = format!(
                " Entries up to {entry} are sealed, since {}.",
                domain::words::second(at)
            );
            words.push_str(&sealed);
        }
        words
    }
}

/// What was found in the audit log.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct VerifiedPage<'a> {
    /// How many entries were looked at.
    pub entries: u64,
    /// How many of them name somebody whose name was erased.
    pub erased: u64,
    /// The seals that they were compared with.
    pub seals: ComparedSeals,
    /// What is wrong.
    pub findings: &'a [Finding],
    /// When this was true.
    pub as_of: Timestamp,
}

impl Page for VerifiedPage<'_> {
    fn title(&self) -> String {
        "The audit log, verified".to_owned()
    }

    fn class(&self) -> &'static str {
        "audit"
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            entries,
            erased,
            seals,
            findings,
            as_of,
        } = *self;
        let locks = seals.locks.words().map(|words| sentence(&words));
        let erased = (erased > 0).then(|| {
            view! { <p>{format!("Entries that name somebody whose name was erased: {erased}.")}</p> }
        });
        view! {
            {heading::trail(vec![Crumb::new("Audit log", links::AUDIT)])}
            <header class="page">
                <h1>{self.title()}</h1>
                <p class="lead">{format!("{entries} entries, at {}. {}", domain::words::second(as_of), seals.words())}</p>
            </header>
            {found(findings)}
            {erased}
            {locks.map(|words| view! { <p>{words}</p> })}
            <p class="hint">"This is what the portal itself found. Export the log as JSON lines and verify it elsewhere with "<code>"towpath audit verify"</code>", which reads the seals from their bucket itself."</p>
        }
        .into_any()
    }
}

fn found(findings: &[Finding]) -> AnyView {
    if findings.is_empty() {
        return view! {
            <p class="callout" data-status="succeeded">
                {status::shape(Status::Succeeded)}
                <span><strong>"The log is intact. "</strong> "No entry was altered, removed, inserted or moved, and no seal is missing, hidden or written over."</span>
            </p>
        }
        .into_any();
    }
    let items = findings.iter().map(finding).collect_view();
    view! {
        <p class="callout" data-status="failed">
            {icon(icon::WARNING)}
            <span><strong>"The log is not as it was written. "</strong> {domain::words::count(findings.len(), "finding")}</span>
        </p>
        <ol class="rows">{items}</ol>
    }
    .into_any()
}

fn finding(finding: &Finding) -> AnyView {
    let (one, several) = if finding.fault.is_of_seal() {
        ("Seal", "Seals")
    } else {
        ("Entry", "Entries")
    };
    let which = match (finding.number, finding.last) {
        // A day's seal, or an object that is none, has no number.
        (0, _) => "An object among the seals".to_owned(),
        (first, last) if first == last => format!("{one} {first}"),
        (first, last) => format!("{several} {first} to {last}"),
    };
    view! {
        <li>
            {status::mark(Status::Failed, words::fault(finding.fault))}
            <div class="what"><strong>{which}</strong> <p>{sentence(&finding.words)}</p></div>
        </li>
    }
    .into_any()
}

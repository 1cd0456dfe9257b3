//! `freezes`: when nothing starts.

use domain::freeze::{Freeze, Window, Zone};

use super::moment::{date_time, week_time};
use crate::{
    names::nearest,
    reader::{Document, Section, Text},
    values::for_people,
};

pub(crate) const KEYS: [&str; 5] = ["reason", "time_zone", "weekly", "from", "until"];
pub(crate) const WEEKLY_KEYS: [&str; 2] = ["from", "until"];

const EXAMPLE: &str = "{ reason = \"weekend\", time_zone = \"Europe/Berlin\", weekly = { from = \"Fri 16:00\", until = \"Mon 08:00\" } }";
const WEEKLY_EXAMPLE: &str = "{ from = \"Fri 16:00\", until = \"Mon 08:00\" }";

pub(super) fn entries(document: &Document<'_>, step: &Section<'_, '_>) -> Vec<Freeze> {
    step.list("freezes", EXAMPLE)
        .into_iter()
        .filter_map(|(table, span)| {
            let section = Section::open(document, "an entry of freezes", table, span, &KEYS);
            freeze(document, &section)
        })
        .collect()
}

fn freeze(document: &Document<'_>, section: &Section<'_, '_>) -> Option<Freeze> {
    let reason = section
        .required("reason", "weekend")
        .and_then(|text| for_people(document, &text, 200));
    let time_zone = section
        .required("time_zone", "Europe/Berlin")
        .and_then(|text| zone(document, &text));
    let window = window(document, section);
    Some(Freeze {
        reason: reason?,
        time_zone: time_zone?,
        window: window?,
    })
}

fn zone(document: &Document<'_>, text: &Text) -> Option<Zone> {
    let zone = text.value.parse().ok();
    if zone.is_none() {
        let names = Zone::names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        document.problem(
            text.span.clone(),
            format!("unknown time zone \"{}\"", text.value),
            match nearest(&text.value, &names) {
                Some(name) => format!("did you mean \"{name}\"?"),
                None => "write a name of the IANA database, such as \"Europe/Berlin\"".to_owned(),
            },
        );
    }
    zone
}

fn window(document: &Document<'_>, section: &Section<'_, '_>) -> Option<Window> {
    let once = section.has("from") || section.has("until");
    match section.table("weekly", WEEKLY_EXAMPLE) {
        Some(_) if once => {
            section.problem(
                "weekly",
                "a freeze is either weekly or once",
                "remove \"weekly\", or \"from\" and \"until\" beside it; make two entries of two freezes",
            );
            None
        }
        Some((table, span)) => {
            let weekly = Section::open(document, "weekly", table, span, &WEEKLY_KEYS);
            weekly_window(document, &weekly)
        }
        None if section.has("weekly") => None,
        None if once => single_window(document, section),
        None => {
            section.problem(
                "weekly",
                "a freeze without a time",
                format!("add weekly = {WEEKLY_EXAMPLE}, or from = \"2026-12-18T16:00\" and until"),
            );
            None
        }
    }
}

fn weekly_window(document: &Document<'_>, section: &Section<'_, '_>) -> Option<Window> {
    let from = section
        .required("from", "Fri 16:00")
        .and_then(|text| week_time(document, &text));
    let until = section
        .required("until", "Mon 08:00")
        .and_then(|text| week_time(document, &text));
    let (from, until) = (from?, until?);
    if from == until {
        section.problem(
            "until",
            "this freeze ends when it starts",
            "write another end; to stop an environment for good, hold it on its page",
        );
        return None;
    }
    Some(Window::Weekly { from, until })
}

fn single_window(document: &Document<'_>, section: &Section<'_, '_>) -> Option<Window> {
    let from = section
        .required("from", "2026-12-18T16:00")
        .and_then(|text| date_time(document, &text));
    let until = section
        .required("until", "2027-01-07T08:00")
        .and_then(|text| date_time(document, &text));
    let (from, until) = (from?, until?);
    if until <= from {
        section.problem(
            "until",
            "this freeze ends before it starts",
            "write an end that is later than \"from\"",
        );
        return None;
    }
    Some(Window::Once { from, until })
}

//! `freezes`: when nothing starts.

use std::ops::Range;

use domain::freeze::{self, Window, Zone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::moment::{ONCE_PATTERN, WEEK_PATTERN, date_time, week_time};
use crate::{
    document::{Document, Text},
    names::nearest,
    reader::{Entries, Given, Leaf},
    values::for_people,
};

/// A time in which nothing starts: `weekly`, or once `from` and `until`.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, example = json!({
    "reason": "weekend",
    "time_zone": "Europe/Berlin",
    "weekly": {"from": "Fri 16:00", "until": "Mon 08:00"},
}))]
pub(super) struct Freeze {
    /// Why, for people.
    #[schemars(length(min = 1, max = 200), example = &"weekend")]
    reason: Given<String>,
    /// The IANA time zone that its times are meant in, such as `"Europe/Berlin"`.
    #[schemars(example = &"Europe/Berlin")]
    time_zone: Given<String>,
    /// Every week.
    weekly: Option<Given<Weekly>>,
    /// Once, from when by the wall clock, such as `"2026-12-18T16:00"`.
    #[schemars(regex(pattern = ONCE_PATTERN), example = &"2026-12-18T16:00")]
    from: Option<Given<String>>,
    /// Once, until when.
    #[schemars(regex(pattern = ONCE_PATTERN), example = &"2027-01-07T08:00")]
    until: Option<Given<String>>,
}

/// A time of every week.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Weekly {
    /// From when, such as `"Fri 16:00"`.
    #[schemars(regex(pattern = WEEK_PATTERN), example = &"Fri 16:00")]
    from: Given<String>,
    /// Until when, such as `"Mon 08:00"`; earlier in the week than `from` means in the next week.
    #[schemars(regex(pattern = WEEK_PATTERN), example = &"Mon 08:00")]
    until: Given<String>,
}

pub(super) fn all(document: &Document<'_>, list: &impl Entries<Freeze>) -> Vec<freeze::Freeze> {
    let freezes = list.entries();
    let freezes = freezes.filter_map(|(freeze, span)| one(document, freeze, span));
    freezes.collect()
}

fn one(document: &Document<'_>, freeze: &Freeze, span: &Range<usize>) -> Option<freeze::Freeze> {
    let reason = freeze.reason.text();
    let reason = reason.and_then(|text| for_people(document, &text, 200));
    let time_zone = freeze.time_zone.text();
    let time_zone = time_zone.and_then(|text| zone(document, &text));
    let window = window(document, freeze, span);
    Some(freeze::Freeze {
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

fn window(document: &Document<'_>, freeze: &Freeze, span: &Range<usize>) -> Option<Window> {
    let is_once = freeze.from.is_some() || freeze.until.is_some();
    match &freeze.weekly {
        Some(weekly) if is_once => {
            document.problem(
                weekly.span_or(span),
                "a freeze is either weekly or once",
                "remove \"weekly\", or \"from\" and \"until\" beside it; make two entries of two freezes",
            );
            None
        }
        Some(weekly) => weekly_window(document, weekly.value()?),
        None if is_once => single_window(document, freeze, span),
        None => {
            document.problem(
                span.clone(),
                "a freeze without a time",
                "add weekly = { from = \"Fri 16:00\", until = \"Mon 08:00\" }, or from = \"2026-12-18T16:00\" and until",
            );
            None
        }
    }
}

fn weekly_window(document: &Document<'_>, weekly: &Weekly) -> Option<Window> {
    let from = weekly.from.text();
    let from = from.and_then(|text| week_time(document, &text));
    let end = weekly.until.text()?;
    let (until, from) = (week_time(document, &end)?, from?);
    if from == until {
        document.problem(
            end.span,
            "this freeze ends when it starts",
            "write another end; to stop an environment for good, hold it on its page",
        );
        return None;
    }
    Some(Window::Weekly { from, until })
}

fn single_window(document: &Document<'_>, freeze: &Freeze, span: &Range<usize>) -> Option<Window> {
    let keys = [
        ("from", &freeze.from, "2026-12-18T16:00"),
        ("until", &freeze.until, "2027-01-07T08:00"),
    ];
    for (key, given, example) in keys {
        if given.is_none() {
            document.problem(
                span.clone(),
                format!("an entry of freezes has no \"{key}\""),
                format!("add {key} = \"{example}\""),
            );
        }
    }
    let moment = |given: &Option<Given<String>>| date_time(document, &given.text()?);
    let (from, until) = (moment(&freeze.from), moment(&freeze.until));
    let (from, until) = (from?, until?);
    if until <= from {
        document.problem(
            freeze.until.span_or(span),
            "this freeze ends before it starts",
            "write an end that is later than \"from\"",
        );
        return None;
    }
    Some(Window::Once { from, until })
}

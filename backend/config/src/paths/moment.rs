//! Moments by the wall clock: `Fri 16:00` in every week, `2026-12-18T16:00` once.

use domain::freeze::WeekTime;
use jiff::civil::{Date, DateTime, Time};

use crate::{
    document::{Document, Text},
    names::suggest,
};

/// What the JSON Schema says of them.
pub(super) const WEEK_PATTERN: &str =
    "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01][0-9]|2[0-3]):[0-5][0-9]$";
pub(super) const ONCE_PATTERN: &str =
    "^[0-9]{4}-[01][0-9]-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]$";

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Years that somebody may mean.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2999;

pub(super) fn week_time(document: &Document<'_>, text: &Text) -> Option<WeekTime> {
    let Some((day, time)) = text.value.split_once(' ') else {
        document.problem(
            text.span.clone(),
            format!("\"{}\" is not a moment of the week", text.value),
            "write a weekday and a time, such as \"Fri 16:00\"",
        );
        return None;
    };
    let weekday = (1..).zip(WEEKDAYS).find(|(_, name)| *name == day);
    if weekday.is_none() {
        document.problem(
            text.span.clone(),
            format!("\"{day}\" is not a weekday"),
            suggest(day, &WEEKDAYS),
        );
    }
    let time = self::time(document, text, time);
    Some(WeekTime {
        weekday: weekday?.0,
        time: time?,
    })
}

pub(super) fn date_time(document: &Document<'_>, text: &Text) -> Option<DateTime> {
    let parts = text.value.split_once('T').and_then(|(date, time)| {
        let [year, month, day] = <[&str; 3]>::try_from(date.split('-').collect::<Vec<_>>()).ok()?;
        Some((digits(year, 4)?, digits(month, 2)?, digits(day, 2)?, time))
    });
    let Some((year, month, day, time)) = parts else {
        document.problem(
            text.span.clone(),
            format!("\"{}\" is not a date and a time", text.value),
            "write them by the wall clock of the time zone, such as \"2026-12-18T16:00\"",
        );
        return None;
    };
    let date = self::date(document, text, year, month, day);
    let time = self::time(document, text, time);
    Some(date?.to_datetime(time?))
}

fn date(document: &Document<'_>, text: &Text, year: i16, month: i16, day: i16) -> Option<Date> {
    let narrow = |number: i16| i8::try_from(number).ok();
    let first = narrow(month).and_then(|month| Date::new(year, month, 1).ok());
    let date = narrow(day)
        .zip(narrow(month))
        .and_then(|(day, month)| Date::new(year, month, day).ok())
        .filter(|_| YEARS.contains(&year));
    if date.is_none() {
        let fix = match first {
            _ if !YEARS.contains(&year) => "write a year of 2000 to 2999".to_owned(),
            Some(first) => format!(
                "{} has {} days",
                first.strftime("%B %Y"),
                first.days_in_month()
            ),
            None => "a year has the months 01 to 12".to_owned(),
        };
        document.problem(
            text.span.clone(),
            format!("there is no {year:04}-{month:02}-{day:02}"),
            fix,
        );
    }
    date
}

fn time(document: &Document<'_>, text: &Text, time: &str) -> Option<Time> {
    let parsed = time.split_once(':').and_then(|(hour, minute)| {
        let hour = i8::try_from(digits(hour, 2)?).ok()?;
        let minute = i8::try_from(digits(minute, 2)?).ok()?;
        Time::new(hour, minute, 0, 0).ok()
    });
    if parsed.is_none() {
        document.problem(
            text.span.clone(),
            format!("\"{time}\" is not a time of day"),
            if time == "24:00" {
                "write 00:00 of the next day"
            } else {
                "write hours and minutes from 00:00 to 23:59"
            },
        );
    }
    parsed
}

/// Exactly so many digits.
fn digits(text: &str, length: usize) -> Option<i16> {
    let plain = text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

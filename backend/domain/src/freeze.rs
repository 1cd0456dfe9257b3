//! Freeze windows: when nothing starts in an environment.
//!
//! A window is meant by the wall clock of its time zone. Where that clock jumps, the longer reading counts: a time that a
//! spring night leaves out is the moment of the jump; a time that an autumn night has twice starts a freeze the first
//! time and ends it the second.

mod moment;
mod zone;

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

use moment::{first, last};
pub use zone::{UnknownZone, Zone};

/// A time in which no promotion starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Why, for people.
    pub reason: String,
    /// The time zone that its times are meant in.
    pub time_zone: Zone,
    /// When.
    pub window: Window,
}

/// When a freeze holds. Its start belongs to it, its end does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// Once.
    Once {
        /// From when.
        from: civil::DateTime,
        /// Until when.
        until: civil::DateTime,
    },
    /// Every week.
    Weekly {
        /// From when.
        from: WeekTime,
        /// Until when; earlier in the week than `from` means in the next week.
        until: WeekTime,
    },
}

/// A moment of the week, by the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WeekTime {
    /// The weekday, 1 (Monday) to 7 (Sunday), as in ISO 8601.
    pub weekday: u8,
    /// The time of day.
    pub time: civil::Time,
}

/// One occurrence of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: Timestamp,
    until: Timestamp,
}

impl Freeze {
    /// Until when nothing starts, if it holds at `now`.
    pub fn holds_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.spans_around(now)
            .into_iter()
            .filter(|span| span.from <= now && now < span.until)
            .map(|span| span.until)
            .max()
    }

    /// When it next starts or ends, after `now`; `None` if it is over for good.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        self.spans_around(now)
            .into_iter()
            .filter(|span| span.from < span.until)
            .flat_map(|span| [span.from, span.until])
            .filter(|change| *change > now)
            .min()
    }

    /// A moment by the window's own wall clock: `Mon 2026-11-23 08:00 Europe/Berlin`.
    pub fn wall_clock(&self, moment: Timestamp) -> String {
        let local = self.time_zone.rules().to_datetime(moment);
        format!("{} {}", local.strftime("%a %Y-%m-%d %H:%M"), self.time_zone)
    }

    /// Its occurrences that hold at `now` or begin soon after. A weekly window is shorter than a week, so those of the
    /// week before, this one and the two after are enough.
    fn spans_around(&self, now: Timestamp) -> Vec<Span> {
        let zone = self.time_zone.rules();
        match self.window {
            Window::Once { from, until } => vec![Span {
                from: first(zone, from),
                until: last(zone, until),
            }],
            Window::Weekly { from, until } => (-1..=2)
                .filter_map(|week| weekly(zone, now, week, from, until))
                .collect(),
        }
    }
}

/// The occurrence that begins in the week that is `week` weeks from that of `now`; `None` at the ends of the calendar.
fn weekly(
    zone: &TimeZone,
    now: Timestamp,
    week: i64,
    from: WeekTime,
    until: WeekTime,
) -> Option<Span> {
    let today = zone.to_datetime(now).date();
    let into_week = i64::from(today.weekday().to_monday_zero_offset());
    let begins = days(today, week * 7 - into_week + from.days())?;
    let runs = (until.days() - from.days()).rem_euclid(7);
    let runs = if runs == 0 && until <= from { 7 } else { runs };
    let ends = days(begins, runs)?;
    Some(Span {
        from: first(zone, begins.to_datetime(from.time)),
        until: last(zone, ends.to_datetime(until.time)),
    })
}

fn days(date: civil::Date, days: i64) -> Option<civil::Date> {
    date.checked_add(SignedDuration::from_hours(24 * days)).ok()
}

impl WeekTime {
    /// Whole days since the week began.
    fn days(self) -> i64 {
        i64::from(self.weekday) - 1
    }
}

/// Until when nothing starts because of any of `freezes`, which may follow upon one another, with the one that holds now.
/// `Some((_, None))` if they never let anything through.
pub fn frozen(freezes: &[Freeze], now: Timestamp) -> Option<(&Freeze, Option<Timestamp>)> {
    /// More windows than this in a row are taken for no end.
    const IN_A_ROW: usize = 100;
    let held_at = |moment| {
        freezes
            .iter()
            .filter_map(|freeze| Some((freeze, freeze.holds_at(moment)?)))
            .max_by_key(|(_, until)| *until)
    };
    let (freeze, mut until) = held_at(now)?;
    for _ in 0..IN_A_ROW {
        match held_at(until) {
            Some((_, later)) => until = later,
            None => return Some((freeze, Some(until))),
        }
    }
    Some((freeze, None))
}

#[cfg(test)]
mod tests;

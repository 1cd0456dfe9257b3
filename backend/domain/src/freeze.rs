//! Freeze windows: when nothing starts in an environment.

use jiff::civil;
use serde::{Deserialize, Serialize};

/// A time in which no promotion starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Why, for people.
    pub reason: String,
    /// The IANA time zone that its times are meant in, such as `Europe/Berlin`.
    pub time_zone: String,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekTime {
    /// The weekday, 1 (Monday) to 7 (Sunday), as in ISO 8601.
    pub weekday: u8,
    /// The time of day.
    pub time: civil::Time,
}

//! Times, durations and sizes as people say them. No date library: the browser shares this code.

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MONTH: i64 = 30 * DAY;
const YEAR: i64 = 365 * DAY;

/// How long ago something was, in the coarsest unit that is still true: nothing below a minute, so that a page
/// that did not change reads the same a few seconds later. A moment ahead of our clock counts as now.
pub fn ago(seconds: i64) -> String {
    const UNITS: [(i64, &str); 5] = [
        (YEAR, "year"),
        (MONTH, "month"),
        (DAY, "day"),
        (HOUR, "hour"),
        (MINUTE, "minute"),
    ];
    let Some((length, unit)) = UNITS.into_iter().find(|(length, _)| seconds >= *length) else {
        return "just now".to_owned();
    };
    let count = seconds / length;
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

/// How long something took, in at the most two units.
pub fn duration(seconds: i64) -> String {
    if seconds < 1 {
        "under 1 s".to_owned()
    } else if seconds < MINUTE {
        format!("{seconds} s")
    } else if seconds < HOUR {
        two(seconds, MINUTE, "min", 1, "s")
    } else if seconds < DAY {
        two(seconds, HOUR, "h", MINUTE, "min")
    } else {
        two(seconds, DAY, "d", HOUR, "h")
    }
}

fn two(seconds: i64, large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    let (whole, rest) = (seconds / large, seconds % large / small);
    if rest == 0 {
        format!("{whole} {large_unit}")
    } else {
        format!("{whole} {large_unit} {rest} {small_unit}")
    }
}

/// Bytes in decimal units, as Android's own storage settings count them.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    for (unit, name) in UNITS {
        if bytes >= unit {
            let tenths = bytes / (unit / 10);
            return if tenths < 1000 {
                format!("{}.{} {name}", tenths / 10, tenths % 10)
            } else {
                format!("{} {name}", tenths / 10)
            };
        }
    }
    let plural = if bytes == 1 { "" } else { "s" };
    format!("{bytes} byte{plural}")
}

/// A count with its noun: `1 build`, `2 builds`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_its_coarsest_unit() {
        let told = [-5, 59, 60, 119, 3_600, 86_400, 2_592_000, 31_536_000].map(ago);
        assert_eq!(
            told,
            [
                "just now",
                "just now",
                "1 minute ago",
                "1 minute ago",
                "1 hour ago",
                "1 day ago",
                "1 month ago",
                "1 year ago"
            ]
        );
        assert_eq!(ago(7_300), "2 hours ago");
    }

    #[test]
    fn a_duration_has_at_the_most_two_units() {
        let told = [0, 42, 60, 192, 3_840, 90_000].map(duration);
        assert_eq!(
            told,
            [
                "under 1 s",
                "42 s",
                "1 min",
                "3 min 12 s",
                "1 h 4 min",
                "1 d 1 h"
            ]
        );
    }

    #[test]
    fn a_size_is_told_in_decimal_units() {
        let told = [1, 999, 1_000, 3_141_592, 240_000_000, 2_000_000_000].map(size);
        assert_eq!(
            told,
            [
                "1 byte",
                "999 bytes",
                "1.0 kB",
                "3.1 MB",
                "240 MB",
                "2.0 GB"
            ]
        );
    }
}

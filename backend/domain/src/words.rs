//! Durations, moments, sizes, counts and lists as people read them.

use jiff::{SignedDuration, Timestamp};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MONTH: i64 = 30 * DAY;
const YEAR: i64 = 365 * DAY;

/// A moment, to the second: `2026-11-29 15:55:08 UTC`.
pub fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A duration that has passed or is asked for, in its two largest units and rounded down: `1 h 40 min`, `2 d`, `30 s`.
/// A negative one is none.
pub fn duration(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    in_units(seconds - seconds % grain(seconds))
}

/// A duration that is left, rounded up, so that it is over when it says so.
pub fn left(length: SignedDuration) -> String {
    let fraction = i64::from(length.subsec_nanos() > 0);
    let seconds = length.as_secs().max(0).saturating_add(fraction);
    let grain = grain(seconds);
    in_units(seconds.saturating_add(grain - 1) / grain * grain)
}

/// How long something took, in its two largest units: `under 1 s`, `3 min 12 s`.
pub fn took(seconds: i64) -> String {
    match seconds {
        ..1 => "under 1 s".to_owned(),
        1..HOUR => in_units(seconds),
        _ => in_units(seconds - seconds % grain(seconds)),
    }
}

/// How long ago something was, in the largest unit: nothing below a minute, so that a page that did not change reads the
/// same a few seconds later. A moment ahead of our clock counts as now.
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
    let number = seconds / length;
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}

/// Bytes in decimal units, as Android's storage settings count them.
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

/// A text with a capital, unless it begins with a name that is spelled in its own way: an address, `minSdk`, `wallet-2`.
pub fn capitalised(text: &str) -> String {
    let word = text.split([' ', ',', ':']).next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if word.chars().all(|c| c.is_lowercase() || c == '\'') => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// A text as a sentence of its own; nothing for nothing.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    let end = if text.is_empty() || text.ends_with(['.', '?', '!', '…']) {
        ""
    } else {
        "."
    };
    capitalised(text) + end
}

/// `a`, `a or b`, `a, b or c`.
pub fn any_of<S: AsRef<str>>(names: &[S]) -> String {
    listed(names, "or")
}

/// `a`, `a and b`, `a, b and c`.
pub fn all_of<S: AsRef<str>>(names: &[S]) -> String {
    listed(names, "and")
}

/// `1 approval`, `2 approvals`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

fn listed<S: AsRef<str>>(names: &[S], word: &str) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} {word} {last}", most.join(", ")),
    }
}

/// The smaller of the two units that are shown, in seconds.
fn grain(seconds: i64) -> i64 {
    match seconds {
        DAY.. => HOUR,
        MINUTE.. => MINUTE,
        _ => 1,
    }
}

fn in_units(seconds: i64) -> String {
    let units = [
        (seconds / DAY, "d"),
        (seconds % DAY / HOUR, "h"),
        (seconds % HOUR / MINUTE, "min"),
        (seconds % MINUTE, "s"),
    ];
    let shown: Vec<String> = units
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    if shown.is_empty() {
        "0 s".to_owned()
    } else {
        shown.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_passed_is_rounded_down_and_what_is_left_is_rounded_up() {
        let cases = [
            (0, "0 s", "0 s"),
            (30, "30 s", "30 s"),
            (5999, "1 h 39 min", "1 h 40 min"),
            (7200, "2 h", "2 h"),
            (86_399, "23 h 59 min", "1 d"),
            (90_000, "1 d 1 h", "1 d 1 h"),
            (90_001, "1 d 1 h", "1 d 2 h"),
            (-5, "0 s", "0 s"),
        ];
        for (seconds, passed, remaining) in cases {
            let length = SignedDuration::from_secs(seconds);
            assert_eq!(duration(length), passed, "{seconds}");
            assert_eq!(left(length), remaining, "{seconds}");
        }
        assert_eq!(left(SignedDuration::from_millis(1)), "1 s");
        assert!(!left(SignedDuration::MAX).is_empty());
    }

    #[test]
    fn a_time_is_given_in_its_largest_unit() {
        let texts = [-5, 59, 60, 119, 3_600, 86_400, 2_592_000, 31_536_000].map(ago);
        assert_eq!(
            texts,
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
    fn what_something_took_has_two_units_at_most() {
        let texts = [0, 42, 60, 192, 3_840, 90_000].map(took);
        assert_eq!(
            texts,
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
    fn a_size_is_given_in_decimal_units() {
        let texts = [1, 999, 1_000, 3_141_592, 240_000_000, 2_000_000_000].map(size);
        assert_eq!(
            texts,
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

    #[test]
    fn sentences_begin_with_a_capital_and_names_as_they_are_spelled() {
        for (text, is) in [
            ("wait for it", "Wait for it."),
            ("it's held: wait", "It's held: wait."),
            ("Done.", "Done."),
            ("ada@example.com may not", "ada@example.com may not."),
            ("minSdk is 21", "minSdk is 21."),
            ("wallet-2 is unknown", "wallet-2 is unknown."),
            ("3 files", "3 files."),
            ("über uns…", "Über uns…"),
            (" ", ""),
        ] {
            assert_eq!(sentence(text), is);
        }
    }

    #[test]
    fn lists_read_like_speech() {
        assert_eq!(any_of(&["a"]), "a");
        assert_eq!(any_of(&["a", "b", "c"]), "a, b or c");
        assert_eq!(all_of(&["a", "b"]), "a and b");
        assert_eq!(all_of::<&str>(&[]), "");
        assert_eq!(count(1, "approval"), "1 approval");
        assert_eq!(count(0, "approval"), "0 approvals");
    }
}

//! Durations, moments and lists as people read them.

use jiff::{SignedDuration, Timestamp};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

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

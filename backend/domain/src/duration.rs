//! Durations as people write them, in `towpath.toml` and on the command line: `90s`, `20min`, `2h`, `30d`.

use jiff::SignedDuration;

/// How they are written, for messages.
pub const FORM: &str = "a number and s, min, h or d";

/// The same as a regular expression, but for how long one may be.
pub const PATTERN: &str = "^[1-9][0-9]{0,8}(s|min|h|d)$";

const UNITS: [(&str, i64); 4] = [("s", 1), ("min", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];

/// Ten years, in seconds: longer ones are slips.
const LONGEST: i64 = 10 * 366 * 24 * 60 * 60;

/// Reads a duration: none where it is not one, or longer than ten years.
pub fn parse(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    if number.is_empty() || number.len() > 9 || number.starts_with('0') {
        return None;
    }
    let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let seconds = number.parse::<i64>().ok()? * seconds;
    (seconds <= LONGEST).then(|| SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_are_a_duration() {
        assert_eq!(parse("90s"), Some(SignedDuration::from_secs(90)));
        assert_eq!(parse("90min"), Some(SignedDuration::from_mins(90)));
        assert_eq!(parse("2h"), Some(SignedDuration::from_hours(2)));
        assert_eq!(parse("3660d"), Some(SignedDuration::from_hours(87_840)));
        assert_eq!(parse("100000s"), Some(SignedDuration::from_secs(100_000)));
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "2",
            "h",
            "0h",
            "05min",
            "-2h",
            "2 h",
            "2H",
            "2.5h",
            "1h30min",
            "2m",
            "2\u{f6}",
            "3661d",
            "999999999d",
            "9999999999s",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}

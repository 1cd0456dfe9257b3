//! Durations: `90min`, `2h`, `30d`.

use jiff::SignedDuration;

use crate::reader::{Document, Section};

/// What the JSON Schema says of them.
pub(super) const PATTERN: &str = "^[1-9][0-9]{0,4}(min|h|d)$";

/// Ten years: longer ones are slips.
const LONGEST: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

/// A duration that may be absent.
pub(super) fn optional(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    key: &str,
    example: &str,
) -> Option<SignedDuration> {
    let text = section.optional(key, example)?;
    let parsed = parse(&text.value);
    if parsed.is_none() {
        document.problem(
            text.span,
            format!("\"{}\" is not a duration", text.value),
            format!("write a number and min, h or d, such as {key} = \"{example}\""),
        );
    }
    parsed
}

fn parse(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    if number.is_empty() || number.len() > 5 || number.starts_with('0') {
        return None;
    }
    let number: i64 = number.parse().ok()?;
    let duration = match unit {
        "min" => SignedDuration::from_mins(number),
        "h" => SignedDuration::from_hours(number),
        "d" => SignedDuration::from_hours(24 * number),
        _ => return None,
    };
    (duration <= LONGEST).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit() {
        assert_eq!(parse("90min"), Some(SignedDuration::from_mins(90)));
        assert_eq!(parse("2h"), Some(SignedDuration::from_hours(2)));
        assert_eq!(parse("30d"), Some(SignedDuration::from_hours(720)));
        for text in [
            "", "2", "h", "0h", "-2h", "2 h", "2H", "1h30min", "4000d", "999999d", "2m", "2\u{f6}",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}

//! The times inside `CodeBuild` events.

use domain::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;

use crate::fields;

/// Reads `Sep 1, 2017 4:12:29 PM`, which names no zone and means UTC, or RFC 3339.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    if let Some(time) = fields::time(text) {
        return Some(time);
    }
    // Newer Java puts a narrow no-break space before the AM and PM.
    let plain: Vec<&str> = text.split_whitespace().collect();
    let parts = BrokenDownTime::parse("%b %d, %Y %I:%M:%S %p", plain.join(" ")).ok()?;
    let civil = parts.to_datetime().ok()?;
    Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_means_utc() {
        let expected: Timestamp = "2017-09-01T16:12:29Z".parse().unwrap();
        assert_eq!(time("Sep 1, 2017 4:12:29 PM"), Some(expected));
        assert_eq!(time("Sep 1, 2017 4:12:29\u{202f}PM"), Some(expected));
        assert_eq!(time("2017-09-01T16:12:29Z"), Some(expected));
        let fine = "2017-09-01T16:12:29.000000000123Z";
        assert_eq!(time(fine), Some(expected));
        let midnight: Timestamp = "2017-09-13T00:00:01Z".parse().unwrap();
        assert_eq!(time("Sep 13, 2017 12:00:01 AM"), Some(midnight));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "yesterday", "Sep 31, 2017 4:12:29 PM", "2017"] {
            assert_eq!(time(text), None, "{text:?}");
        }
    }
}

//! Months of UTC, by which the audit log is kept.

use std::{fmt, str::FromStr};

use crate::Timestamp;

/// A month in UTC, `2026-11`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

/// A text that names no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month is a year from 1970 to 9999 and two digits, such as 2026-11")]
pub struct InvalidMonth;

impl Month {
    /// The month that a moment is in.
    pub fn of(at: Timestamp) -> Self {
        let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        Self {
            year: date.year(),
            month: date.month(),
        }
    }

    /// The month after.
    #[must_use]
    pub fn next(&self) -> Self {
        if self.month == 12 {
            Self {
                year: self.year + 1,
                month: 1,
            }
        } else {
            Self {
                year: self.year,
                month: self.month + 1,
            }
        }
    }
}

impl FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let (year, month) = text.split_once('-').ok_or(InvalidMonth)?;
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return Err(InvalidMonth);
        }
        let year = year.parse().map_err(|_| InvalidMonth)?;
        let month = month.parse().map_err(|_| InvalidMonth)?;
        if (1970..=9999).contains(&year) && (1..=12).contains(&month) {
            Ok(Self { year, month })
        } else {
            Err(InvalidMonth)
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

impl TryFrom<String> for Month {
    type Error = InvalidMonth;

    fn try_from(text: String) -> Result<Self, InvalidMonth> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_survives_its_text_and_nothing_else_is_one() {
        let month: Month = "2026-12".parse().unwrap();
        assert_eq!(month.to_string(), "2026-12");
        assert_eq!(month.next().to_string(), "2027-01");
        for text in [
            "",
            "2026",
            "2026-13",
            "2026-0",
            "2026-00",
            "+026-11",
            "26-11",
            "1969-12",
            "2026-11-21",
        ] {
            assert_eq!(text.parse::<Month>(), Err(InvalidMonth), "{text:?}");
        }
    }
}

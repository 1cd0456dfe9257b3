//! Long lists, a page at a time.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one starts; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
}

/// Where a page starts: opaque to callers, an item's sort key in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Cursor(String);

/// A text that this portal did not give out as a cursor.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "not a cursor of this portal: leave it out to start at the newest, or take `next` of the page before"
)]
pub struct InvalidCursor;

/// The most bytes of a place: two keys of 1,024, and how long the first is.
const LONGEST: usize = 2_056;

impl Cursor {
    /// The page that starts behind the item with this sort key.
    pub fn behind(sort_key: &str) -> Self {
        Self(sort_key.to_owned())
    }

    /// The sort key to start behind.
    pub fn sort_key(&self) -> &str {
        &self.0
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = hex::decode(text).map_err(|_| InvalidCursor)?;
        let key = String::from_utf8(bytes).map_err(|_| InvalidCursor)?;
        if key.is_empty() || key.len() > LONGEST {
            Err(InvalidCursor)
        } else {
            Ok(Self(key))
        }
    }
}

impl TryFrom<String> for Cursor {
    type Error = InvalidCursor;

    fn try_from(text: String) -> Result<Self, InvalidCursor> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        hex::encode(cursor.0)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Cursor {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::openapi::text_schema(
            "Where a page starts; take it from `next` of the page before",
            Some("^([0-9a-f]{2})+$"),
        )
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Cursor {}

/// How many items a page holds: 1 to 100, 25 unless told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct Limit(u8);

/// A number of items that no page holds.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a page holds 1 to 100 items, not {0}")]
pub struct InvalidLimit(i64);

impl Limit {
    /// How many apps a page of them holds unless told.
    pub const APPS: Self = Self(50);

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(25)
    }
}

impl TryFrom<i64> for Limit {
    type Error = InvalidLimit;

    fn try_from(number: i64) -> Result<Self, InvalidLimit> {
        match u8::try_from(number) {
            Ok(limit @ 1..=100) => Ok(Self(limit)),
            _ => Err(InvalidLimit(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let cursor = Cursor::behind("0000000812");
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn a_text_that_is_no_cursor_is_refused() {
        for text in ["", "-1", "zz", "abc", "ff", &"61".repeat(LONGEST + 1)] {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text:?}");
        }
    }

    #[test]
    fn a_page_holds_one_to_a_hundred_items() {
        assert_eq!(Limit::try_from(-1), Err(InvalidLimit(-1)));
        assert!(
            Limit::try_from(0).is_err()
                && Limit::try_from(101).is_err()
                && Limit::try_from(i64::MAX).is_err()
        );
        assert_eq!(Limit::try_from(100).unwrap().get(), 100);
    }
}

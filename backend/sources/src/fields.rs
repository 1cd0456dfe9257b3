//! Reading of JSON objects whose senders change their minds about types.
//!
//! A derived `Deserialize` refuses the whole event when one field turns from `1` to `1.0`, and AWS has done just that.
//! Here a field that is missing or of another type is absent, and only a field without which the event says
//! nothing is an error, which names the field by its path.

use domain::{
    Timestamp,
    text::{is_shown, may_stand},
};
use serde_json::{Map, Value};

use crate::error::Error;

/// An object inside an event, with its path for error messages.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    path: String,
    object: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(crate) fn root(object: &'a Map<String, Value>) -> Self {
        Self {
            path: String::new(),
            object,
        }
    }

    /// The path of one of its fields, such as `detail.pipeline`.
    pub(crate) fn path(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    /// A text, if it is there and not blank.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        let text = self.object.get(name)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A text without which the event says nothing.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, Error> {
        self.text(name).ok_or_else(|| Error::Missing {
            field: self.path(name),
        })
    }

    /// A text that becomes one segment of a run's identity.
    pub(crate) fn segment(&self, name: &str) -> Result<&'a str, Error> {
        let text = self.required(name)?;
        if is_segment(text) {
            Ok(text)
        } else {
            Err(Error::invalid(self.path(name), text, SEGMENT))
        }
    }

    /// A number, however it is written.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        let value = self.object.get(name)?;
        value
            .as_f64()
            .or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// A number without sign and fraction, such as an identifier.
    pub(crate) fn whole_number(&self, name: &str) -> Option<u64> {
        self.object.get(name)?.as_u64()
    }

    /// A time without which the event says nothing.
    pub(crate) fn required_time(&self, name: &str) -> Result<Timestamp, Error> {
        let text = self.required(name)?;
        time(text).ok_or_else(|| {
            Error::invalid(
                self.path(name),
                text,
                "an RFC 3339 time such as 2026-01-31T18:21:39Z",
            )
        })
    }

    /// An RFC 3339 time, if it is there and is one.
    pub(crate) fn time(&self, name: &str) -> Option<Timestamp> {
        time(self.text(name)?)
    }

    /// An object inside this one.
    pub(crate) fn object(&self, name: &str) -> Option<Fields<'a>> {
        Some(Fields {
            path: format!("{}{name}.", self.path),
            object: self.object.get(name)?.as_object()?,
        })
    }

    /// An object without which the event says nothing.
    pub(crate) fn required_object(&self, name: &str) -> Result<Fields<'a>, Error> {
        self.object(name).ok_or_else(|| Error::Missing {
            field: self.path(name),
        })
    }

    /// The objects of a list; none if it is missing.
    pub(crate) fn objects(&self, name: &str) -> Vec<Fields<'a>> {
        let list = self.object.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .enumerate()
            .filter_map(|(index, value)| {
                Some(Fields {
                    path: format!("{}{name}[{index}].", self.path),
                    object: value.as_object()?,
                })
            })
            .collect()
    }

    /// The texts of a list; none if it is missing.
    pub(crate) fn texts(&self, name: &str) -> Vec<&'a str> {
        let list = self.object.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }
}

/// Digits of a second's fraction that are kept: nanoseconds.
const FRACTION: usize = 9;

/// Reads an RFC 3339 time. Of a finer fraction than nanoseconds, the rest is cut off: the RFC sets no limit to it.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let Some((whole, rest)) = text.split_once('.') else {
        return text.parse().ok();
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, zone) = rest.split_at(digits);
    let kept = &fraction[..digits.min(FRACTION)];
    format!("{whole}.{kept}{zone}").parse().ok()
}

/// What [`is_segment`] accepts, for people.
pub(crate) const SEGMENT: &str = "a name of letters, digits and . _ @ : -";

/// Whether a text can be one segment of a run's identity. AWS allows no other characters in these names; a `/` among
/// them would let one run take another's identity.
pub(crate) fn is_segment(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text != "."
        && text != ".."
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._@:-".contains(&b))
}

/// A text for people, without control characters and at the most `limit` characters long.
pub(crate) fn words(text: &str, limit: usize) -> Option<String> {
    let clean = |c: char| match c {
        c if may_stand(c) => Some(c),
        c if c.is_control() => Some(' '),
        _ => None,
    };
    let shown = text.trim().chars().filter_map(clean);
    let mut cut: String = shown.take(limit + 1).collect();
    if cut.chars().count() > limit {
        cut = cut.chars().take(limit - 1).chain(['…']).collect();
    }
    (!cut.is_empty()).then_some(cut)
}

/// An address that a page may link to: nothing but the web.
pub(crate) fn link(text: &str) -> Option<String> {
    let web = text.starts_with("https://") || text.starts_with("http://");
    let plain = text.len() <= 2048 && !text.chars().any(|c| !is_shown(c) || c.is_whitespace());
    (web && plain).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_finer_than_nanoseconds_is_cut_off() {
        let expected: Timestamp = "2026-11-29T10:00:00.123456789Z".parse().unwrap();
        for text in [
            "2026-11-29T10:00:00.123456789Z",
            "2026-11-29T10:00:00.1234567899Z",
            "2026-11-29T10:00:00.123456789012Z",
            "2026-11-29T12:00:00.123456789999999999999999+02:00",
        ] {
            assert_eq!(time(text), Some(expected), "{text}");
        }
        let coarse = time("2026-11-29T10:00:00.5Z").unwrap();
        assert_eq!(coarse.to_string(), "2026-11-29T10:00:00.5Z");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            ".",
            "2026-11-29T10:00:00.Z",
            "2026-11-29T10:00:00.123456789012",
            "2026-11-29T10:00:00.123456789x12Z",
            "2026-11-29T10:00:00.１Z",
            "2026-11-29.123456789012",
        ] {
            assert_eq!(time(text), None, "{text:?}");
        }
    }
}

//! Keys that are durations.

use domain::duration;
use jiff::SignedDuration;

use crate::reader::{Document, Section};

pub(super) use domain::duration::PATTERN;

/// A duration that may be absent.
pub(super) fn optional(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    key: &str,
    example: &str,
) -> Option<SignedDuration> {
    let text = section.optional(key, example)?;
    let parsed = duration::parse(&text.value);
    if parsed.is_none() {
        document.problem(
            text.span,
            format!("\"{}\" is not a duration", text.value),
            format!("write {}, such as {key} = \"{example}\"", duration::FORM),
        );
    }
    parsed
}

//! Keys that are durations.

use domain::duration;
use jiff::SignedDuration;

use crate::{document::Document, reader::Leaf};

pub(super) use domain::duration::PATTERN;

/// A duration that may be absent; `example` is one that its key may have.
pub(super) fn optional(
    document: &Document<'_>,
    given: &impl Leaf<String>,
    example: &str,
) -> Option<SignedDuration> {
    let text = given.text()?;
    let parsed = duration::parse(&text.value);
    if parsed.is_none() {
        document.problem(
            text.span,
            format!("\"{}\" is not a duration", text.value),
            format!("write {}, such as {example}", duration::FORM),
        );
    }
    parsed
}

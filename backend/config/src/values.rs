//! What a single value may be.

use std::ops::Range;

use domain::text::may_stand;
use url::Url;

use super::{
    document::{Document, Text},
    names::suggest,
};

/// What the JSON Schema says of values that several keys have.
pub(super) const SLUG: &str = "^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$";
pub(super) const ACCOUNT: &str = "^[0-9]{12}$";
pub(super) const REGION: &str = "^[a-z]{2,3}(-[a-z]+)+-[0-9]$";

/// A name that must be one of those that there are.
pub(super) fn known(
    document: &Document<'_>,
    kind: &str,
    text: Text,
    names: &[&str],
) -> Option<String> {
    if names.contains(&text.value.as_str()) {
        return Some(text.value);
    }
    let fix = suggest(&text.value, names);
    document.problem(text.span, format!("unknown {kind} \"{}\"", text.value), fix);
    None
}

/// Refuses an id that one of those before has, and adds it to them.
pub(super) fn unique(document: &Document<'_>, kind: &str, id: &Text, before: &mut Vec<String>) {
    if before.contains(&id.value) {
        document.problem(
            id.span.clone(),
            format!("a second {kind} \"{}\"", id.value),
            "give it another id, or remove it",
        );
    }
    before.push(id.value.clone());
}

pub(super) fn slug<T: std::str::FromStr>(
    document: &Document<'_>,
    kind: &str,
    id: &Text,
    reserved: &[&str],
) -> Option<T> {
    let parsed = id.value.parse().ok();
    if parsed.is_none() {
        let (what, fix) = if reserved.contains(&id.value.as_str()) {
            (
                format!(
                    "\"{}\" is one of the portal's own addresses, so no {kind} can have it",
                    id.value
                ),
                format!("choose another id; taken are {}", reserved.join(", ")),
            )
        } else {
            (
                format!("\"{}\" cannot stand in an address", id.value),
                format!(
                    "use 1 to 40 lower-case letters, digits and inner hyphens{}",
                    slug_like(&id.value)
                ),
            )
        };
        document.problem(id.span.clone(), what, fix);
    }
    parsed
}

/// `, such as "…"` with the nearest text that is allowed.
fn slug_like(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let slug: String = words.join("-").chars().take(40).collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        String::new()
    } else {
        format!(", such as \"{slug}\"")
    }
}

pub(super) fn for_people(document: &Document<'_>, text: &Text, most: usize) -> Option<String> {
    let length = text.value.trim().chars().count();
    if (1..=most).contains(&length) && text.value.chars().all(may_stand) {
        return Some(text.value.trim().to_owned());
    }
    document.problem(
        text.span.clone(),
        if length == 0 {
            "an empty name".to_owned()
        } else {
            "a name that pages cannot show".to_owned()
        },
        format!("write 1 to {most} characters on one line"),
    );
    None
}

pub(super) fn colour(document: &Document<'_>, text: &Text) -> Option<String> {
    let digits = text.value.strip_prefix('#').unwrap_or(&text.value);
    let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    if hexadecimal && digits.len() == 6 && text.value.starts_with('#') {
        return Some(text.value.to_ascii_lowercase());
    }
    let fix = match digits.len() {
        6 if hexadecimal => format!("write \"#{digits}\""),
        3 if hexadecimal => format!(
            "write \"#{}\"",
            digits.chars().flat_map(|c| [c, c]).collect::<String>()
        ),
        _ => "write # and six hexadecimal digits, such as \"#2e7d32\"".to_owned(),
    };
    document.problem(
        text.span.clone(),
        format!("\"{}\" is not a colour", text.value),
        fix,
    );
    None
}

/// The text as it stands, after reporting it if it does not have the right shape.
pub(super) fn shaped(
    document: &Document<'_>,
    text: Text,
    kind: &str,
    shape: &str,
    fits: fn(&str) -> bool,
) -> String {
    if !fits(&text.value) {
        document.problem(
            text.span,
            format!("\"{}\" is not {kind}", text.value),
            format!("write {shape}, or leave it out to fit any"),
        );
    }
    text.value
}

/// Whether a text names a workflow as GitHub's events are named; a problem if not.
pub(super) fn is_workflow(document: &Document<'_>, text: &Text) -> bool {
    let parts: Vec<&str> = text.value.trim().split('/').collect();
    let fits = parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty())
        && !parts.contains(&".github");
    if !fits {
        document.problem(
            text.span.clone(),
            format!("\"{}\" is not a workflow", text.value),
            "write owner, repository and file, such as \"acme/wallet/release.yml\"",
        );
    }
    fits
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn public_url(document: &Document<'_>, text: &Text) -> Option<Url> {
    let span: Range<usize> = text.span.clone();
    let url = Url::parse(&text.value).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if url.is_none() {
        document.problem(
            span,
            format!("\"{}\" is not the address of a portal", text.value),
            "write scheme and host only, such as \"https://releases.example.com\"",
        );
    }
    url
}

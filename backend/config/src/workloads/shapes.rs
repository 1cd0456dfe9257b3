//! What a single value of `[[workloads]]` may be.

use std::net::IpAddr;

use domain::text::is_shown;
use url::{Host, Url};

pub(super) fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=40).contains(&text.len())
        && text.bytes().all(plain)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

pub(super) fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && !text.starts_with('0')
}

pub(super) fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-');
    parts == [8, 4, 4, 4, 12] && text.bytes().all(digit)
}

pub(super) fn is_origin(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._/~".contains(&b);
    parts.len() >= 3 && parts.iter().all(|part| !part.is_empty()) && text.bytes().all(plain)
}

pub(super) fn is_ref(text: &str) -> bool {
    let start = text.strip_suffix('*').unwrap_or(text);
    let kinds = [
        "refs/heads/",
        "refs/tags/",
        "refs/pull/",
        "refs/merge-requests/",
    ];
    kinds.iter().any(|kind| start.starts_with(kind))
        && (text.ends_with('*') || !text.ends_with('/'))
        && text.len() <= 250
        && !start.contains(|c: char| c == '*' || c.is_whitespace() || !is_shown(c))
}

/// A file right below `.github/workflows`.
pub(super) fn is_workflow_file(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    let named = text
        .strip_suffix(".yml")
        .or_else(|| text.strip_suffix(".yaml"));
    named.is_some_and(|name| !name.is_empty()) && text.len() <= 100 && text.bytes().all(plain)
}

/// A file of a repository, from its root.
pub(super) fn is_file_path(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-/ ".contains(&b);
    let parts = || text.split('/');
    text.len() <= 250
        && text.bytes().all(plain)
        && parts().all(|part| !matches!(part, "" | "." | ".."))
}

/// As GitHub and GitLab name what starts a run.
pub(super) fn is_event(text: &str) -> bool {
    (1..=60).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

pub(super) fn is_line(text: &str) -> bool {
    (1..=200).contains(&text.chars().count()) && text.chars().all(is_shown)
}

pub(super) fn is_role(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// By the protected way, but for one on this very machine.
pub(super) fn is_issuer(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let here = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    (url.scheme() == "https" || (url.scheme() == "http" && here))
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

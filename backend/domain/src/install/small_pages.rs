//! 64-bit libraries that phones with memory pages of 16 KB do not load.

use super::{Earlier, InstallWarning, Severity, Words};
use crate::package::Package;

/// The first API level whose phones may have such pages (Android 15).
const SINCE: u32 = 35;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let pages = now.small_pages.as_ref()?;
    let libraries = pages.libraries.clone();
    (!libraries.is_empty()).then_some(InstallWarning::SmallPages { libraries })
}

/// The first of the builds that had such libraries without a break.
pub(super) fn since<'a>(newest_first: &'a [Earlier<'_>]) -> Option<&'a str> {
    let had = newest_first
        .iter()
        .take_while(|earlier| check(earlier.package).is_some());
    had.last().map(|earlier| earlier.name.as_str())
}

pub(super) fn words(libraries: &[String], since: &str) -> Words {
    let since = if since.is_empty() {
        String::new()
    } else {
        format!(" (since {since})")
    };
    Words {
        severity: Severity::Warns,
        since_api: Some(SINCE),
        what: format!(
            "Not ready for memory pages of 16 KB: {}{since}",
            named(libraries)
        ),
        remedy: "The app may not start on phones that have such pages, as some with Android 15 and newer do.",
        team: "Build these libraries with NDK r28 or newer, or take newer versions of them, and pack with AGP 8.5.1 or newer.",
        source: "https://developer.android.com/guide/practices/page-sizes",
    }
}

/// The first of some libraries, by their files.
fn named(libraries: &[String]) -> String {
    let file = |path: &String| path.rsplit('/').next().unwrap_or(path).to_owned();
    let mut files: Vec<String> = libraries.iter().map(file).collect();
    files.dedup();
    let more = files.len().saturating_sub(3);
    files.truncate(3);
    let more = (more > 0).then(|| format!(" and {more} more"));
    files.join(", ") + &more.unwrap_or_default()
}

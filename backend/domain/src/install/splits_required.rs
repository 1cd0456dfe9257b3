//! An app's base, which does not install without other parts.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let splits = now.required_splits.clone()?;
    Some(InstallWarning::SplitsRequired { splits })
}

pub(super) fn words(splits: &[String]) -> Words {
    let missing = if splits.is_empty() {
        String::new()
    } else {
        format!(" (it needs {})", splits.join(", "))
    };
    Words {
        severity: Severity::Refuses,
        since_api: None,
        what: format!("Only one of several parts of the app{missing}: cannot be installed alone"),
        remedy: "Ask for a universal APK.",
        team: "Build an APK with Gradle, or let bundletool make one with --mode=universal.",
        source: "https://developer.android.com/guide/app-bundle/app-bundle-format",
    }
}

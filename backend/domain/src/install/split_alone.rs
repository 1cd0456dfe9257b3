//! A part of an app that is delivered in several packages, alone.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let split = now.split.clone()?;
    Some(InstallWarning::SplitAlone { split })
}

pub(super) fn words(split: &str) -> Words {
    Words {
        severity: Severity::Refuses,
        since_api: None,
        what: format!("Only a part of the app ({split}): cannot be installed"),
        remedy: "Ask for a universal APK.",
        team: "Build an APK with Gradle, or let bundletool make one with --mode=universal.",
        source: "https://developer.android.com/guide/app-bundle/app-bundle-format",
    }
}

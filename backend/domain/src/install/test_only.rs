//! `android:testOnly`, which builds of a development environment set.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    now.test_only.then_some(InstallWarning::TestOnly)
}

pub(super) fn words() -> Words {
    Words {
        severity: Severity::Refuses,
        since_api: None,
        what: "Test-only build: phones refuse it".to_owned(),
        remedy: "Ask for a build without android:testOnly, or install it with adb install -t.",
        team: "Build the package with Gradle (assembleDebug) instead of the Run button of Android Studio.",
        source: "https://developer.android.com/guide/topics/manifest/application-element#testOnly",
    }
}

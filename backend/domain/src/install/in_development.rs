//! Made for a version of Android while it was under development.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let codename = now.min_sdk_codename.as_ref();
    let codename = codename.or(now.target_sdk_codename.as_ref())?.clone();
    Some(InstallWarning::InDevelopment { codename })
}

pub(super) fn words(codename: &str) -> Words {
    Words {
        severity: Severity::Refuses,
        since_api: None,
        what: format!("Made for Android {codename} in development: released versions refuse it"),
        remedy: "Ask for a build for a released version of Android.",
        team: "Set compileSdk, minSdk and targetSdk to numbers, not to the preview's name.",
        source: "https://developer.android.com/guide/topics/manifest/uses-sdk-element",
    }
}

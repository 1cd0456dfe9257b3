//! `android:debuggable`.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    now.debuggable.then_some(InstallWarning::Debuggable)
}

pub(super) fn words() -> Words {
    Words {
        severity: Severity::Note,
        since_api: None,
        what: "Debug build".to_owned(),
        remedy: "It is slower than a release build, and its data can be inspected.",
        team: "Hand out a release build where speed or data matter.",
        source: "https://developer.android.com/guide/topics/manifest/application-element#debug",
    }
}

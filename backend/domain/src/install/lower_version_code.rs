//! A lower version code than the build before.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

pub(super) fn check(now: &Package, before: &Package) -> Option<InstallWarning> {
    let (before, code) = (
        before.compared_version_code()?,
        now.compared_version_code()?,
    );
    (code < before).then_some(InstallWarning::LowerVersionCode {
        before,
        now: code,
        debuggable: now.debuggable,
    })
}

pub(super) fn words([was, now]: [u64; 2], debuggable: bool, before: &str) -> Words {
    Words {
        severity: Severity::Refuses,
        since_api: None,
        what: format!("Lower version code than {before}: {now} after {was}"),
        remedy: if debuggable {
            "Android refuses to install it over the newer one: uninstall the app first, or use adb install -r -d."
        } else {
            "Android refuses to install it over the newer one: uninstall the app first."
        },
        team: "Let versionCode grow with every build, such as by the number of the CI run.",
        source: "https://developer.android.com/studio/publish/versioning#appversioning",
    }
}

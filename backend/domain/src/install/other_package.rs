//! Another application id than the build before.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

pub(super) fn check(now: &Package, before: &Package) -> Option<InstallWarning> {
    let (before, now) = (before.name.clone()?, now.name.clone()?);
    (before != now).then_some(InstallWarning::OtherPackage { before, now })
}

pub(super) fn words(was: &str, now: &str, before: &str) -> Words {
    Words {
        severity: Severity::Warns,
        since_api: None,
        what: format!("Another application ID than {before}: {now} instead of {was}"),
        remedy: "It installs beside the app that you have, as a second one.",
        team: "Keep applicationId as it is, or give the other app an environment of its own.",
        source: "https://developer.android.com/build/configure-app-module#set-application-id",
    }
}

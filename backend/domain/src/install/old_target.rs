//! Made for versions of Android so old that new ones refuse it.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let target = now.target_level().filter(|target| *target < 24)?;
    Some(InstallWarning::OldTarget { target })
}

pub(super) fn words(target: u32) -> Words {
    let (android, level) = if target < 23 { (14, 34) } else { (15, 35) };
    Words {
        severity: Severity::MayRefuse,
        since_api: Some(level),
        what: format!("Made for API {target}: Android {android} and newer refuse it"),
        remedy: "Ask for a build with a higher target API level.",
        team: "Raise targetSdk to 24 at least; adb install --bypass-low-target-sdk-block installs it meanwhile.",
        source: "https://developer.android.com/about/versions/15/behavior-changes-all#minimum-target-api-level",
    }
}

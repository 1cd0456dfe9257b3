//! The lowest target API level that Google Play takes.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

/// Of new apps and updates since 2026-08-31, for phones and tablets. Google raises it every year: it is a note, and no refusal.
const LOWEST: u32 = 36;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let target = now.target_level().filter(|target| *target < LOWEST)?;
    let lowest = LOWEST;
    Some(InstallWarning::PlayTarget { target, lowest })
}

pub(super) fn words(target: u32, lowest: u32) -> Words {
    Words {
        severity: Severity::Note,
        since_api: None,
        what: format!(
            "Made for API {target}: Google Play takes new apps and updates from API {lowest} on"
        ),
        remedy: "It installs all the same.",
        team: "Raise targetSdk before it goes to Google Play. Private apps, Wear OS, Android TV and cars have other levels.",
        source: "https://developer.android.com/google/play/requirements/target-sdk",
    }
}

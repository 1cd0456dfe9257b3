//! Signed with scheme v1 alone, and made for Android 11 or newer.

use super::{InstallWarning, Severity, Words};
use crate::package::{Package, Scheme, Signing};

/// The first API level that asks packages made for it for scheme v2 (Android 11).
const STRICT: u32 = 30;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let strict = now.target_level().is_some_and(|target| target >= STRICT);
    (strict && is_signed_by_v1_alone(&now.signing)).then_some(InstallWarning::OnlyV1Signature)
}

fn is_signed_by_v1_alone(signing: &Signing) -> bool {
    let newer = [Scheme::V2, Scheme::V3, Scheme::V31];
    let newer_is_unknown = newer.iter().any(|scheme| signing.is_unknown(*scheme));
    let newer_is_there = [&signing.v2, &signing.v3, &signing.v31]
        .iter()
        .any(|certificates| !certificates.is_empty());
    !signing.v1.is_empty() && !newer_is_unknown && !newer_is_there
}

pub(super) fn words() -> Words {
    Words {
        severity: Severity::MayRefuse,
        since_api: Some(STRICT),
        what: "Signed with scheme v1 only: Android 11 and newer refuse it".to_owned(),
        remedy: "Ask for a build that is signed with scheme v2 or newer, too.",
        team: "Sign with apksigner, after zipalign: jarsigner knows scheme v1 alone.",
        source: "https://developer.android.com/about/versions/11/behavior-changes-11#minimum-signature-scheme",
    }
}

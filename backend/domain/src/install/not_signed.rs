//! A package without any signature.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    now.signing
        .is_unsigned()
        .then_some(InstallWarning::NotSigned)
}

pub(super) fn words() -> Words {
    Words {
        severity: Severity::Refuses,
        since_api: None,
        what: "Not signed: cannot be installed".to_owned(),
        remedy: "Ask for a signed build.",
        team: "Sign it with apksigner, or give the build type a signingConfig.",
        source: "https://developer.android.com/studio/publish/app-signing",
    }
}

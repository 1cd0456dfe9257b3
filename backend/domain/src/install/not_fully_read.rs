//! Parts that decide how it installs, and could not be read.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let mut levels = now.signing.changes(now.lowest_level());
    let unread = levels.any(|level| now.signing.signers(level).is_none())
        || now.compared_version_code().is_none();
    unread.then_some(InstallWarning::NotFullyRead)
}

pub(super) fn words() -> Words {
    Words {
        severity: Severity::Note,
        since_api: None,
        what: "Not everything in this package could be read".to_owned(),
        remedy: "It may install differently from what is said here.",
        team: "The facts of the package name what could not be read, and why.",
        source: "https://source.android.com/docs/security/features/apksigning",
    }
}

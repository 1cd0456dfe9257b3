//! Another certificate than a build that a phone may have.

use super::{InstallWarning, Severity, Words};
use crate::{
    digest::Digest,
    package::{Package, Signing},
};

/// The first API level that follows a proof of rotation (Android 9).
const FOLLOWS_ROTATION: u32 = 28;

pub(super) fn check(now: &Package, before: &Package) -> Option<InstallWarning> {
    let other = match (&before.name, &now.name) {
        (Some(before), Some(now)) => before != now,
        (None, _) | (_, None) => false,
    };
    (!other && !now.signing.is_unsigned() && !can_follow(now, before))
        .then_some(InstallWarning::SignatureDiffers)
}

pub(super) fn words(before: &str) -> Words {
    Words {
        severity: Severity::Refuses,
        since_api: None,
        what: format!("Signed with another certificate than {before}: uninstall the app first"),
        remedy: "Uninstalling deletes what the app keeps on the phone.",
        team: "Sign with the same key everywhere, or rotate it with apksigner rotate.",
        source: "https://developer.android.com/studio/publish/app-signing#considerations",
    }
}

/// Whether Android takes `now` as an update of `before` on all phones that can have both: the certificates that the phone
/// checks are the same, or a lineage leads from the earlier one to the present.
///
/// Phones differ in the schemes that they check. After a rotation, v1 and v2 (and v3 below the level that v3.1 begins at) still name the old
/// certificate, so that each level is compared with itself, from the lowest that both packages install on. A level whose
/// signatures could not be read, or have none, says nothing against the update.
pub(crate) fn can_follow(now: &Package, before: &Package) -> bool {
    let lowest = now.lowest_level().max(before.lowest_level());
    let mut levels = now
        .signing
        .changes(lowest)
        .chain(before.signing.changes(lowest));
    levels.all(|level| follows_at(level, &now.signing, &before.signing))
}

fn follows_at(level: u32, now: &Signing, before: &Signing) -> bool {
    let (Some(present), Some(earlier)) = (now.signers(level), before.signers(level)) else {
        return true;
    };
    if present.is_empty() || earlier.is_empty() {
        return true;
    }
    let same = present.len() == earlier.len() && present.iter().all(|cert| earlier.contains(cert));
    same || level >= FOLLOWS_ROTATION && earlier.len() == 1 && succeeds(present, earlier[0], now)
}

/// Whether the lineage leads from an earlier certificate to the one that is checked.
fn succeeds(present: &[Digest], earlier: Digest, signing: &Signing) -> bool {
    let mut ancestors = signing
        .lineage
        .iter()
        .take_while(|ancestor| !present.contains(ancestor));
    ancestors.any(|ancestor| *ancestor == earlier)
}

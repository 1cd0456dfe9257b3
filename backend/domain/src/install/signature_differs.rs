//! Another certificate than a build that a phone may have.

use super::{InstallWarning, Severity, Words};
use crate::{
    android,
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
    if other || now.signing.is_unsigned() {
        return None;
    }
    let levels = levels(now, before);
    let refuses = |level: &u32| !follows_at(*level, &now.signing, &before.signing);
    let last = levels.iter().rposition(refuses)?;
    // Phones check the same from one of these levels up to the next.
    let up_to_api = levels.get(last + 1).map(|next| next - 1);
    Some(InstallWarning::SignatureDiffers { up_to_api })
}

pub(super) fn words(up_to_api: Option<u32>, before: &str) -> Words {
    let (severity, whose) = match up_to_api {
        None => (Severity::Refuses, String::new()),
        Some(api) => (
            Severity::MayRefuse,
            format!("on phones up to {}, ", android::version(api)),
        ),
    };
    Words {
        severity,
        since_api: None,
        what: format!(
            "Signed with another certificate than {before}: {whose}uninstall the app first"
        ),
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
    let mut levels = levels(now, before).into_iter();
    levels.all(|level| follows_at(level, &now.signing, &before.signing))
}

/// The API levels at which phones that can have both begin to check something else, in order.
fn levels(now: &Package, before: &Package) -> Vec<u32> {
    let lowest = now.lowest_level().max(before.lowest_level());
    let now = now.signing.changes(lowest);
    let mut levels: Vec<u32> = now.chain(before.signing.changes(lowest)).collect();
    levels.sort_unstable();
    levels.dedup();
    levels
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

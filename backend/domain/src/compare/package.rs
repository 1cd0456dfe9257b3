//! Two application packages beside each other.

use std::collections::BTreeSet;

use super::{CertificateChange, PackageChanges, change, differences};
use crate::{install, package::Package};

pub(super) fn changes(from: &Package, to: &Package) -> PackageChanges {
    let set = |texts: &[String]| -> BTreeSet<String> { texts.iter().cloned().collect() };
    let (permissions_added, permissions_dropped) =
        differences(&set(&from.permissions), &set(&to.permissions));
    let (abis_added, abis_dropped) = differences(&set(&from.abis), &set(&to.abis));
    PackageChanges {
        name: change(from.name.as_ref(), to.name.as_ref()),
        version_code: change(from.version_code.as_ref(), to.version_code.as_ref()),
        min_sdk: change(from.min_sdk.as_ref(), to.min_sdk.as_ref()),
        target_sdk: change(from.target_sdk.as_ref(), to.target_sdk.as_ref()),
        permissions_added,
        permissions_dropped,
        abis_added,
        abis_dropped,
        certificates: certificates(from, to),
        debuggable: change(Some(&from.debuggable), Some(&to.debuggable)),
    }
}

/// What the newest Android checks of both. Where the signatures of either could not be read, nothing is known to differ.
fn certificates(from: &Package, to: &Package) -> Option<CertificateChange> {
    let (before, after) = (from.signing.newest()?, to.signing.newest()?);
    (before != after).then(|| CertificateChange {
        from: before.to_vec(),
        to: after.to_vec(),
        updates: install::can_follow(to, from),
    })
}

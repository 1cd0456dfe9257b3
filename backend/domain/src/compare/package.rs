//! Two application packages beside each other.

use std::collections::BTreeSet;

use super::{CertificateChange, PackageChanges, change, differences};
use crate::{
    install,
    package::{Package, Signing},
};

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
        certificates: certificates(&from.signing, &to.signing),
        debuggable: change(Some(&from.debuggable), Some(&to.debuggable)),
    }
}

/// Where the signatures of either could not be read, nothing is known to differ.
fn certificates(from: &Signing, to: &Signing) -> Option<CertificateChange> {
    let differ = !from.unknown && !to.unknown && from.newest() != to.newest();
    differ.then(|| CertificateChange {
        from: from.newest().to_vec(),
        to: to.newest().to_vec(),
        updates: install::can_follow(to, from),
    })
}

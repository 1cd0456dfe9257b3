//! A resource table that Android 11 cannot map into memory.

use super::{InstallWarning, Severity, Words};
use crate::package::{Package, TableFlaw};

/// The first API level that asks packages made for it for a plain, aligned table (Android 11).
const STRICT: u32 = 30;

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let strict = now.target_level().is_some_and(|target| target >= STRICT);
    let flaw = now.resource_table.filter(|_| strict)?;
    Some(InstallWarning::ResourceTable { flaw })
}

pub(super) fn words(flaw: TableFlaw) -> Words {
    let flaw = match flaw {
        TableFlaw::Compressed => "compressed",
        TableFlaw::Unaligned => "not aligned",
    };
    Words {
        severity: Severity::MayRefuse,
        since_api: Some(STRICT),
        what: format!("Its resources are {flaw}: Android 11 and newer refuse it"),
        remedy: "Ask for a build whose resources.arsc is stored uncompressed and aligned by zipalign.",
        team: "Store resources.arsc without compression and run zipalign -p 4 before signing.",
        source: "https://developer.android.com/about/versions/11/behavior-changes-11#compressed-resource-file",
    }
}

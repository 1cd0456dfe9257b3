//! Native code for 32-bit processors alone. Phones that run none begin with the Pixel 7, whatever their Android.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

const WIDE: [&str; 4] = ["arm64-v8a", "x86_64", "mips64", "riscv64"];

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let is_wide = |abi: &String| WIDE.contains(&abi.as_str());
    let narrow = !now.abis.is_empty() && !now.abis.iter().any(is_wide);
    let abis = now.abis.clone();
    narrow.then_some(InstallWarning::Only32Bit { abis })
}

pub(super) fn words(abis: &[String]) -> Words {
    Words {
        severity: Severity::MayRefuse,
        since_api: None,
        what: format!(
            "Native code for 32-bit processors only ({}): phones that run 64-bit code alone refuse it",
            abis.join(", ")
        ),
        remedy: "Ask for a build with arm64-v8a, if your phone says that the app is not compatible.",
        team: "Build the native libraries for arm64-v8a, too.",
        source: "https://developer.android.com/google/play/requirements/64-bit",
    }
}

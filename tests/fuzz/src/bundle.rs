//! Android App Bundles as they come, byte for byte.

use futures::executor::block_on;
use packages::{
    bundle::inspect,
    source::{Memory, Metered},
};

use crate::{apk, samples, zip};

/// Whatever the bytes are, they are inspected, for a bounded number of reads and a bounded description.
pub fn target(data: &[u8]) {
    let source = Metered::new(Memory::new(data.to_vec()));
    let inspection = block_on(inspect(&source));
    assert!(source.requests() <= 200, "{} requests", source.requests());
    apk::check(&inspection);
    check(&inspection.package);
}

/// What is true of every description of a bundle: it has no signature but that of a JAR, and no place in it matters.
pub(crate) fn check(package: &domain::package::Package) {
    let signing = &package.signing;
    assert!(signing.v2.is_empty() && signing.v3.is_empty() && signing.v31.is_empty());
    assert_eq!(package.resource_table, None);
}

/// A real one, and the least.
pub fn seeds() -> Vec<Vec<u8>> {
    vec![
        samples::file("backend/packages/tests/cases/wallet.aab"),
        zip::stored(&[("base/manifest/AndroidManifest.xml", b"\x0a\x0a\x1a\x08manifest")], b""),
    ]
}

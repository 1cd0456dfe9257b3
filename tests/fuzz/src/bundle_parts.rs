//! What is inside an Android App Bundle: its manifest, resource table, adaptive icon and compiled code, each put into a sound zip,
//! so that a checksum does not turn away what a parser should see.

use futures::executor::block_on;
use packages::{
    archive::{Archive, DEFAULT_LIMIT},
    bundle::inspect,
    source::Memory,
};

use crate::{
    apk, bundle,
    input::{joined, parts},
    samples, zip,
};

/// The files that the parts of an input become, as they are called in the bundle that is the first seed.
const PARTS: [&str; 4] = [
    "base/manifest/AndroidManifest.xml",
    "base/resources.pb",
    "base/res/mipmap-anydpi-v26/ic_launcher.xml",
    "base/lib/arm64-v8a/libapp.so",
];

/// The bitmap that the drawing there refers to.
const FOREGROUND: &str = "base/res/mipmap-xxhdpi-v4/ic_launcher_foreground.png";

/// As for a whole bundle.
pub fn target(data: &[u8]) {
    let parts: [&[u8]; 4] = parts(data);
    let mut files: Vec<(&str, &[u8])> = PARTS.into_iter().zip(parts).collect();
    files.push((FOREGROUND, b"\x89PNG\r\n\x1a\n"));
    files.push(("base/lib/x86_64/libflutter.so", b""));
    let inspection = block_on(inspect(Memory::new(zip::stored(&files, b""))));
    apk::check(&inspection);
    bundle::check(&inspection.package);
    assert_eq!(inspection.package.abis, ["arm64-v8a", "x86_64"]);
    assert!(inspection.package.flutter.is_some());
    assert!(inspection.package.signing.is_unsigned());
}

/// The parts of a real bundle, and a manifest and a table without a drawing.
pub fn seeds() -> Vec<Vec<u8>> {
    let manifest = samples::file("backend/packages/src/bundle/samples/AndroidManifest.pb");
    let table = samples::file("backend/packages/src/bundle/samples/resources.pb");
    let bundle = samples::file("backend/packages/tests/cases/wallet.aab");
    let real = PARTS.map(|name| {
        let archive = block_on(Archive::open(Memory::new(bundle.clone()))).ok();
        let read = archive.and_then(|archive| {
            let entry = archive.find(name).ok()?;
            block_on(archive.read(entry, DEFAULT_LIMIT)).ok()
        });
        read.unwrap_or_default()
    });
    vec![
        joined(real.each_ref().map(Vec::as_slice)),
        joined([manifest.as_slice(), &table]),
    ]
}

//! What is inside an Android package: its manifest, resource table, icon, signature file, engine, signing block and
//! compiled code, each
//! put into a sound zip, so that a checksum does not turn away what a parser should see.

use futures::executor::block_on;
use packages::{apk::inspect, source::Memory};

use crate::{
    apk,
    input::{joined, parts},
    zip,
};

/// As for a whole package.
pub fn target(data: &[u8]) {
    let [manifest, table, icon, certificate, engine, block, code] = parts(data);
    let (engine, code) = (long(engine), long(code));
    let files: [(&str, &[u8]); 8] = [
        ("AndroidManifest.xml", manifest),
        ("resources.arsc", table),
        ("res/icon.png", icon),
        ("META-INF/CERT.SF", b"Signature-Version: 1.0\r\n\r\n"),
        ("META-INF/CERT.RSA", certificate),
        ("lib/arm64-v8a/libflutter.so", &engine),
        ("lib/x86_64/libapp.so", &code),
        // So that no part but the block is where a block is looked for.
        ("classes.dex", b""),
    ];
    // Without a certificate there is no signature file either: what is not there is not to be read.
    let files: Vec<(&str, &[u8])> = files
        .into_iter()
        .filter(|(name, _)| !(certificate.is_empty() && name.starts_with("META-INF/")))
        .collect();
    let inspection = block_on(inspect(Memory::new(zip::stored(&files, block))));
    apk::check(&inspection);
    assert_eq!(inspection.package.abis, ["arm64-v8a", "x86_64"]);
    assert!(inspection.package.flutter.is_some());
    if certificate.is_empty() && block.is_empty() {
        assert!(inspection.package.signing.is_unsigned());
    }
}

/// A library that begins like one is made as long as an engine: only then its sections are looked up.
fn long(bytes: &[u8]) -> Vec<u8> {
    let mut library = bytes.to_vec();
    if bytes.starts_with(b"\x7fELF") {
        library.resize(bytes.len() + (300 << 10), 0);
    }
    library
}

/// The least of each; the parts of real packages are saved.
pub fn seeds() -> Vec<Vec<u8>> {
    let block = b"\x18\0\0\0\0\0\0\0\x18\0\0\0\0\0\0\0APK Sig Block 42";
    let engine = b"\x002.10.4 (stable) (Tue Nov 9 15:09:22 2021 +0100) on \"android_arm64\"\0";
    vec![joined([
        b"\x03\0\x08\0\x08\0\0\0",
        b"\x02\0\x0c\0\x0c\0\0\0\0\0\0\0",
        b"\x89PNG\r\n\x1a\n",
        b"\x30\0",
        engine,
        block,
        b"\xf5\xf5\xdc\xdc................0123456789abcdef0123456789abcdefproduct arm64\0",
    ])]
}

//! Archives such as pipelines make.

use std::io::{Cursor, Write};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A zip of these files, deflated.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Enough of an application package to be taken for one: its manifest cannot be read, its bytes can be served.
pub(crate) fn apk() -> Vec<u8> {
    zip(&[
        ("AndroidManifest.xml", b"not a manifest"),
        ("classes.dex", b"dex\n035\0"),
    ])
}

/// A signed application package of the ones that `make samples` made.
pub(crate) fn signed_apk() -> Vec<u8> {
    // Tests run from a binary in <target>/<profile>/deps, wherever the target folder is.
    let binary = std::env::current_exe().unwrap();
    let path = binary.ancestors().nth(3).unwrap().join("samples/plain.apk");
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run make samples", path.display()))
}

//! A zip writer that can lie.

use std::io::Write as _;

use flate2::{Compression, write::DeflateEncoder};

/// One entry with what the directory claims of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// How it is packed: 0 stored, 8 deflated.
    pub method: u16,
    /// The packed bytes.
    pub data: Vec<u8>,
    /// The unpacked size.
    pub size: u32,
    /// The checksum of the unpacked bytes.
    pub crc32: u32,
}

/// A file as it is.
pub fn stored(name: &str, content: &[u8]) -> Entry {
    Entry {
        name: name.to_owned(),
        method: 0,
        data: content.to_vec(),
        size: u32::try_from(content.len()).unwrap(),
        crc32: crc32fast::hash(content),
    }
}

/// A file, packed.
pub fn deflated(name: &str, content: &[u8]) -> Entry {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    Entry {
        method: 8,
        data: encoder.finish().unwrap(),
        ..stored(name, content)
    }
}

/// An archive of these files.
pub fn zip(entries: &[Entry]) -> Vec<u8> {
    zip_around(entries, &[])
}

/// The same, with a block between the files and their directory.
pub fn zip_around(entries: &[Entry], block: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let offset = u32::try_from(file.len()).unwrap();
        let claims = claims(entry);
        file.extend(b"PK\x03\x04");
        file.extend(&claims);
        file.extend(entry.name.as_bytes());
        file.extend(&entry.data);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&claims);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.as_bytes());
    }
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    file.extend(block);
    let offset = u32::try_from(file.len()).unwrap();
    let size = u32::try_from(directory.len()).unwrap();
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count);
    file.extend(count);
    file.extend(size.to_le_bytes());
    file.extend(offset.to_le_bytes());
    file.extend([0; 2]);
    file
}

fn claims(entry: &Entry) -> Vec<u8> {
    let mut claims = vec![20, 0, 0, 0];
    claims.extend(entry.method.to_le_bytes());
    claims.extend([0; 4]);
    claims.extend(entry.crc32.to_le_bytes());
    claims.extend(u32::try_from(entry.data.len()).unwrap().to_le_bytes());
    claims.extend(entry.size.to_le_bytes());
    claims.extend(u16::try_from(entry.name.len()).unwrap().to_le_bytes());
    claims.extend([0; 2]);
    claims
}

/// Bytes that do not compress, and differ for every seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// An archive of these files, packed.
pub fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let entries = files.iter().map(|(name, bytes)| deflated(name, bytes));
    zip(&entries.collect::<Vec<_>>())
}

/// A signed application package of the ones that `make samples` made.
pub fn signed_apk() -> Vec<u8> {
    // Tests run from a binary in <target>/<profile>/deps, wherever the target folder is.
    let binary = std::env::current_exe().unwrap();
    let path = binary.ancestors().nth(3).unwrap().join("samples/plain.apk");
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run make samples", path.display()))
}

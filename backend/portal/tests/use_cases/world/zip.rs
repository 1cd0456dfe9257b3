//! A zip writer that can lie.

use std::io::Write as _;

use flate2::{Compression, write::DeflateEncoder};

/// One entry with what the directory claims of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) method: u16,
    pub(crate) data: Vec<u8>,
    pub(crate) size: u32,
    pub(crate) crc32: u32,
}

pub(crate) fn stored(name: &str, content: &[u8]) -> Entry {
    Entry {
        name: name.to_owned(),
        method: 0,
        data: content.to_vec(),
        size: u32::try_from(content.len()).unwrap(),
        crc32: crc32fast::hash(content),
    }
}

pub(crate) fn deflated(name: &str, content: &[u8]) -> Entry {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    Entry {
        method: 8,
        data: encoder.finish().unwrap(),
        ..stored(name, content)
    }
}

pub(crate) fn zip(entries: &[Entry]) -> Vec<u8> {
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
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
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

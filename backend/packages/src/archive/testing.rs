//! A zip writer that can lie, for tests.

use std::io::Write as _;

use flate2::{Compression, write::DeflateEncoder};

/// One entry with the claims that the directory makes of it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) data: Vec<u8>,
    pub(crate) compressed_size: u32,
    pub(crate) size: u32,
    pub(crate) crc32: u32,
    /// The mode that Unix keeps with it.
    pub(crate) mode: u16,
    /// Claims this place for its local header instead of the true one.
    pub(crate) offset: Option<u32>,
}

pub(crate) fn stored(name: &str, content: &[u8]) -> Line {
    Line {
        name: name.to_owned(),
        method: 0,
        flags: 0,
        data: content.to_vec(),
        compressed_size: u32::try_from(content.len()).unwrap(),
        size: u32::try_from(content.len()).unwrap(),
        crc32: crc32fast::hash(content),
        mode: 0,
        offset: None,
    }
}

pub(crate) fn deflated(name: &str, content: &[u8]) -> Line {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    let data = encoder.finish().unwrap();
    Line {
        method: 8,
        compressed_size: u32::try_from(data.len()).unwrap(),
        data,
        ..stored(name, content)
    }
}

pub(crate) fn zip(lines: &[Line]) -> Vec<u8> {
    zip_with(lines, &[])
}

/// A zip with `block` between the files and the directory, where Android keeps signatures.
pub(crate) fn zip_with(lines: &[Line], block: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for line in lines {
        let offset = u32::try_from(file.len()).unwrap();
        let name = line.name.as_bytes();
        let name_length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let mut claims = Vec::new();
        claims.extend(20_u16.to_le_bytes());
        claims.extend(line.flags.to_le_bytes());
        claims.extend(line.method.to_le_bytes());
        claims.extend([0; 4]);
        claims.extend(line.crc32.to_le_bytes());
        claims.extend(line.compressed_size.to_le_bytes());
        claims.extend(line.size.to_le_bytes());
        claims.extend(name_length);
        claims.extend([0; 2]);
        file.extend(b"PK\x03\x04");
        file.extend(&claims);
        file.extend(name);
        file.extend(&line.data);
        directory.extend(b"PK\x01\x02");
        // Made by Unix.
        directory.extend([20, 3]);
        directory.extend(&claims);
        directory.extend([0; 8]);
        directory.extend(line.mode.to_le_bytes());
        directory.extend(line.offset.unwrap_or(offset).to_le_bytes());
        directory.extend(name);
    }
    file.extend(block);
    let offset = u32::try_from(file.len()).unwrap();
    file.extend(&directory);
    file.extend(end(lines.len(), directory.len(), offset));
    file
}

pub(crate) fn end(entries: usize, size: usize, offset: u32) -> Vec<u8> {
    let entries = u16::try_from(entries).unwrap().to_le_bytes();
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend(entries);
    end.extend(entries);
    end.extend(u32::try_from(size).unwrap().to_le_bytes());
    end.extend(offset.to_le_bytes());
    end.extend([0; 2]);
    end
}

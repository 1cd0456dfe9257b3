//! Writes zips around what a target is about, so that checksums do not keep mutations out.

/// A zip of stored files, with `block` between them and the directory, where Android keeps signatures.
pub(crate) fn stored(files: &[(&str, &[u8])], block: &[u8]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let claims = claims(name, content);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&claims);
        directory.extend([0; 10]);
        directory.extend(number(bytes.len()));
        directory.extend(name.as_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&claims);
        bytes.extend(name.as_bytes());
        bytes.extend(*content);
    }
    bytes.extend(block);
    let (offset, size) = (number(bytes.len()), number(directory.len()));
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    let count = number(files.len());
    bytes.extend([count[0], count[1], count[0], count[1]]);
    bytes.extend(size);
    bytes.extend(offset);
    bytes.extend([0; 2]);
    bytes
}

/// What both a file's own header and its line of the directory say of it.
fn claims(name: &str, content: &[u8]) -> Vec<u8> {
    let mut claims = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    claims.extend(crc32fast::hash(content).to_le_bytes());
    claims.extend(number(content.len()));
    claims.extend(number(content.len()));
    claims.extend(&number(name.len())[..2]);
    claims.extend([0; 2]);
    claims
}

fn number(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

//! Zips of artifacts, read by ranges.

use futures::executor::block_on;
use packages::{
    archive::{Archive, Entry, Error},
    source::{Memory, Metered},
};

use crate::{input::parts, zip};

/// The most that a file may unpack to here.
const LIMIT: u64 = 4 << 20;

/// What a zip is said to hold comes out in that size or not at all, under names that are safe, for a bounded number of
/// reads; and what was put into a zip comes out as it was.
pub fn target(data: &[u8]) {
    read(data);
    let [name, first, second] = parts(data);
    // A name with a character that is not shown is refused in any case.
    if let Ok(name) = std::str::from_utf8(name)
        && name.len() < 1000
        && name.chars().all(domain::text::is_shown)
    {
        written(name, first, second);
    }
}

fn read(data: &[u8]) {
    let source = Metered::new(Memory::new(data.to_vec()));
    let Ok(archive) = block_on(Archive::open(&source)) else {
        return;
    };
    assert!(archive.entries().len() <= data.len() / 46);
    for entry in archive.entries().iter().take(32) {
        if let Ok(unpacked) = unpacked(&archive, entry) {
            assert_eq!(unpacked, entry.size);
        }
    }
    if let Ok(files) = archive.files() {
        for file in files {
            assert!(!file.name.as_str().contains(['/', '\\']));
            assert!(!file.entry.name.split('/').any(|part| part == ".."));
        }
    }
    assert!(source.requests() <= 200);
}

/// Bytes that an entry unpacks to, chunk by chunk.
fn unpacked(archive: &Archive<&Metered<Memory>>, entry: &Entry) -> Result<u64, Error> {
    let mut reader = block_on(archive.reader(entry, LIMIT))?;
    let mut size = 0;
    while let Some(chunk) = block_on(reader.next_chunk())? {
        assert!(!chunk.is_empty() && chunk.len() <= 256 * 1024);
        size += chunk.len() as u64;
        assert!(size <= LIMIT);
    }
    Ok(size)
}

fn written(name: &str, first: &[u8], second: &[u8]) {
    let other = format!("{name}.other");
    let bytes = zip::stored(&[(name, first), (&other, second)], b"");
    let Ok(archive) = block_on(Archive::open(Memory::new(bytes))) else {
        panic!("a zip that was written well is not read");
    };
    for (name, content) in [(name, first), (&other, second)] {
        let entry = archive.find(name);
        let read = entry.and_then(|entry| block_on(archive.read(entry, LIMIT)));
        assert_eq!(read.ok().as_deref(), Some(content), "{name:?}");
    }
}

/// A stored one; deflated and broken ones are saved.
pub fn seeds() -> Vec<Vec<u8>> {
    let files: [(&str, &[u8]); 3] = [
        ("build/app.apk", b"PK"),
        ("build/", b""),
        ("sbom.json", b"{\"bomFormat\":\"CycloneDX\"}"),
    ];
    vec![zip::stored(&files, b""), b"app.apk\n==\none\n==\ntwo".to_vec()]
}

//! Whether 64-bit libraries load on phones with memory pages of 16 KB ("Support 16 KB page sizes" in the Android developer documentation).

use std::collections::HashSet;

use domain::package::SmallPages;
use flate2::{Decompress, FlushDecompress};

use super::{Library, short};
use crate::{
    archive::{Archive, Entry, Head, Method},
    bytes_view::{Truncated, View},
    source::ReadAt,
};

const PAGE: u64 = 16 << 10;

/// The processors whose phones may have such pages.
const ABIS: [&str; 2] = ["arm64-v8a", "x86_64"];

/// No library is looked at beyond this number of requests for the whole package.
const MOST_REQUESTS: u64 = 12;

/// How much of a library is read: its header and the table of its segments, which follows.
const HEAD: u64 = 2048;

/// Libraries that begin within so many bytes are read at once.
const NEAR: u64 = 64 << 10;

/// How many libraries of a processor are looked at: large apps have some hundred.
const MOST_LIBRARIES: usize = 1_000;

/// How many names are kept.
const MOST_NAMES: usize = 20;

/// A library has some ten segments.
const MOST_SEGMENTS: u16 = 64;

const SEGMENT_SIZE: u16 = 56;
const LOADED: u32 = 1;

/// Looks at the beginnings of all 64-bit libraries, those of phones first. `mapped` says whether Android maps them from the package, in place
/// of unpacking them: only then their place in it matters.
pub(super) async fn read<S: ReadAt>(
    archive: &Archive<S>,
    library: fn(&str) -> Option<Library<'_>>,
    mapped: bool,
) -> Option<SmallPages> {
    let mut found = SmallPages::default();
    for abi in ABIS {
        let mut libraries = libraries(archive, library, abi);
        let left_out = libraries.len().saturating_sub(MOST_LIBRARIES);
        found.unchecked += u32::try_from(left_out).unwrap_or(u32::MAX);
        libraries.truncate(MOST_LIBRARIES);
        for group in groups(libraries) {
            look(archive, library, &group, mapped, &mut found).await;
        }
    }
    (found != SmallPages::default()).then_some(found)
}

/// The libraries for a processor, in the order that they have in the package.
fn libraries<'a, S: ReadAt>(
    archive: &'a Archive<S>,
    library: fn(&str) -> Option<Library<'_>>,
    abi: &str,
) -> Vec<&'a Entry> {
    let mut seen = HashSet::new();
    let mut libraries: Vec<&Entry> = archive
        .entries()
        .iter()
        .filter(|entry| {
            library(&entry.name).is_some_and(|library| {
                library.abi == abi && library.file.strip_suffix(".so").is_some()
            }) && seen.insert(&entry.name)
        })
        .collect();
    libraries.sort_by_key(|entry| entry.position());
    libraries
}

fn groups(libraries: Vec<&Entry>) -> Vec<Vec<&Entry>> {
    let mut groups: Vec<Vec<&Entry>> = Vec::new();
    for library in libraries {
        match groups.last_mut() {
            Some(group)
                if group
                    .first()
                    .is_some_and(|first| library.position() - first.position() <= NEAR) =>
            {
                group.push(library);
            }
            _ => groups.push(vec![library]),
        }
    }
    groups
}

async fn look<S: ReadAt>(
    archive: &Archive<S>,
    library: fn(&str) -> Option<Library<'_>>,
    group: &[&Entry],
    mapped: bool,
    found: &mut SmallPages,
) {
    let heads = if archive.source().requests() < MOST_REQUESTS {
        archive.heads(group, HEAD).await.unwrap_or_default()
    } else {
        Vec::new()
    };
    let heads = heads.into_iter().chain(std::iter::repeat_with(|| None));
    for (entry, head) in group.iter().zip(heads) {
        match head.and_then(|head| is_ready(entry, &head, mapped)) {
            Some(true) => {}
            Some(false) if found.libraries.len() < MOST_NAMES => {
                let path = library(&entry.name).map(|library| short(library.path));
                found.libraries.extend(path);
            }
            Some(false) => found.more += 1,
            None => found.unchecked += 1,
        }
    }
}

/// Whether a library loads; `None` if its beginning could not be read.
fn is_ready(entry: &Entry, head: &Head, mapped: bool) -> Option<bool> {
    let placed = !mapped || entry.method != Method::Stored || head.offset.is_multiple_of(PAGE);
    let aligned = match entry.method {
        Method::Stored => are_segments_aligned(&head.bytes),
        Method::Deflated => are_segments_aligned(&inflate(&head.bytes)?),
        Method::Other(_) => return None,
    };
    // What is no library is not loaded at all.
    aligned
        .ok()
        .map(|aligned| aligned.is_none_or(|aligned| aligned && placed))
}

/// As much of the beginning as there is.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut head = Vec::with_capacity(usize::try_from(HEAD).ok()?);
    Decompress::new(false)
        .decompress_vec(bytes, &mut head, FlushDecompress::None)
        .ok()?;
    Some(head)
}

/// Whether every segment that is loaded begins at a multiple of 16 KB (System V ABI, chapter 5). `None` for what is no 64-bit ELF file, and for one that loads nothing.
fn are_segments_aligned(bytes: &[u8]) -> Result<Option<bool>, Truncated> {
    if !bytes.starts_with(b"\x7fELF\x02\x01") {
        return Ok(None);
    }
    let file = View::new(bytes);
    let table = usize::try_from(file.from(0x20)?.u64()?).map_err(|_| Truncated)?;
    let mut counts = file.from(0x36)?;
    let (size, count) = (counts.u16()?, counts.u16()?);
    if count == 0 {
        return Ok(None);
    }
    if size != SEGMENT_SIZE || count > MOST_SEGMENTS {
        return Err(Truncated);
    }
    let mut segments = file.from(table)?;
    let mut aligned = None;
    for _ in 0..count {
        let mut segment = View::new(segments.take(usize::from(SEGMENT_SIZE))?);
        let kind = segment.u32()?;
        segment.take(44)?;
        if kind == LOADED {
            aligned = Some(aligned.unwrap_or(true) && segment.u64()? >= PAGE);
        }
    }
    Ok(aligned)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::{
        archive::testing::{Line, deflated, stored, zip},
        source::{Memory, Metered},
    };

    fn below_lib(path: &str) -> Option<Library<'_>> {
        let below = path.strip_prefix("lib/")?;
        Library::below(below, below)
    }

    /// A library of segments with these alignments, and noise after them.
    fn elf(alignments: &[u64], size: usize) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(0x20, 0);
        bytes.extend(64_u64.to_le_bytes());
        bytes.resize(0x36, 0);
        bytes.extend(56_u16.to_le_bytes());
        bytes.extend(u16::try_from(alignments.len() + 1).unwrap().to_le_bytes());
        bytes.resize(64 + 56, 0);
        for alignment in alignments {
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend([0; 44]);
            bytes.extend(alignment.to_le_bytes());
        }
        let mut state = 1_u32;
        bytes.resize_with(size.max(bytes.len()), || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_le_bytes()[3]
        });
        bytes
    }

    fn pages(lines: &[Line], mapped: bool) -> Option<SmallPages> {
        let archive = block_on(Archive::open(Memory::new(zip(lines)))).unwrap();
        block_on(read(&archive, below_lib, mapped))
    }

    fn small(libraries: &[&str]) -> SmallPages {
        SmallPages {
            libraries: libraries.iter().map(ToString::to_string).collect(),
            ..SmallPages::default()
        }
    }

    #[test]
    fn libraries_with_small_segments_are_named() {
        let lines = [
            deflated("lib/x86_64/libold.so", &elf(&[16384, 4096], 9_000)),
            stored("lib/arm64-v8a/libnew.so", &elf(&[16384, 65536], 9_000)),
            stored("lib/arm64-v8a/libold.so", &elf(&[4096], 9_000)),
            deflated("lib/arm64-v8a/libnewer.so", &elf(&[16384], 0)),
            stored("lib/armeabi-v7a/libold.so", &elf(&[4096], 9_000)),
            stored("lib/arm64-v8a/deep/libold.so", &elf(&[4096], 9_000)),
            stored("lib/arm64-v8a/libempty.so", b""),
            stored("lib/arm64-v8a/libtext.so", b"no library"),
        ];
        let expected = small(&["arm64-v8a/libold.so", "x86_64/libold.so"]);
        assert_eq!(pages(&lines, false), Some(expected));
        assert_eq!(pages(&lines[3..], false), None);
    }

    #[test]
    fn a_library_that_is_mapped_lies_at_a_multiple_of_sixteen_kilobytes() {
        let library = stored("lib/arm64-v8a/liba.so", &elf(&[16384], 9_000));
        // A header has 30 bytes and the name.
        let filler = |size: usize| stored("f", &vec![0; size - 31 - 30 - library.name.len()]);
        let placed = [filler(16384), library.clone()];
        assert_eq!(pages(&placed, true), None);
        let off = [filler(16388), library.clone()];
        assert_eq!(pages(&off, true), Some(small(&["arm64-v8a/liba.so"])));
        assert_eq!(pages(&off, false), None, "it is unpacked");
        let packed = deflated("lib/arm64-v8a/liba.so", &elf(&[16384], 9_000));
        assert_eq!(pages(&[filler(16388), packed], true), None);
    }

    #[test]
    fn many_libraries_cost_few_requests_and_the_rest_is_counted() {
        let library = elf(&[4096], 400_000);
        let lines: Vec<Line> = (0..40)
            .map(|number| stored(&format!("lib/arm64-v8a/lib{number:02}.so"), &library))
            .collect();
        let source = Metered::new(Memory::new(zip(&lines)));
        let archive = block_on(Archive::open(&source)).unwrap();
        let found = block_on(read(&archive, below_lib, false)).unwrap();
        assert!(source.requests() <= MOST_REQUESTS, "{}", source.requests());
        assert!(source.fetched() < 600_000, "{}", source.fetched());
        let seen = u32::try_from(found.libraries.len()).unwrap() + found.more;
        assert_eq!(seen + found.unchecked, 40);
        assert!(seen >= 11, "{seen}");

        let library = elf(&[4096], 1_000);
        let lines: Vec<Line> = (0..400)
            .map(|number| stored(&format!("lib/arm64-v8a/lib{number:03}.so"), &library))
            .collect();
        let found = pages(&lines, false).unwrap();
        assert_eq!(
            (found.libraries.len(), found.more, found.unchecked),
            (20, 380, 0)
        );
    }

    #[test]
    fn a_library_that_lies_is_counted_and_does_no_harm() {
        let whole = elf(&[4096], 0);
        for (at, word) in [(0x20, u64::MAX), (0x20, 2_000), (0x36, u64::MAX)] {
            let mut broken = whole.clone();
            broken.resize(1_000, 0);
            broken[at..at + 8].copy_from_slice(&word.to_le_bytes());
            let found = pages(&[stored("lib/x86_64/liba.so", &broken)], true);
            assert_eq!(found.map(|found| found.unchecked), Some(1), "{at:#x}");
        }
        let lie = Line {
            method: 8,
            ..stored("lib/x86_64/liba.so", &[0xff; 500])
        };
        assert_eq!(pages(&[lie], true).map(|found| found.unchecked), Some(1));
    }
}

//! The mode that Flutter code was compiled in, by the features that a snapshot of Dart names (`runtime/vm/app_snapshot.cc` of the Dart SDK).

use domain::package::FlutterMode;
use flate2::{Decompress, FlushDecompress};

use super::{
    super::Problem,
    elf::{Elf, Window},
};
use crate::{
    archive::{Archive, Entry, Method},
    bytes_view::View,
    source::ReadAt,
};

/// How much of a library's beginning is searched: Dart's compiler puts its snapshot there, before all code (`SectionTable::CreateProgramTable`).
const HEAD: u64 = 16 << 10;

/// The same of a deflated one, of which nothing but the beginning can be read.
const DEFLATED_HEAD: u64 = 64 << 10;

/// The most that its beginning is unpacked to.
const INFLATED_HEAD: usize = 512 << 10;

/// How much of the constants is searched where no symbol points to the snapshot.
const SEARCHED: u64 = 64 << 10;

/// What a snapshot begins with: header and features.
const SNAPSHOT: u64 = 256;

const MAGIC: [u8; 4] = [0xf5, 0xf5, 0xdc, 0xdc];

/// Between the magic number and the hash: a length and a kind.
const NUMBERS: usize = 16;

/// The hash of the compiler's version, in lower-case hexadecimal.
const HASH: usize = 32;

/// The symbols of snapshots, those of newer compilers last.
const SYMBOLS: [&[u8]; 3] = [
    b"_kDartVmSnapshotData\0",
    b"_kDartIsolateSnapshotData\0",
    b"_kDartSnapshotData\0",
];

/// The mode that a library with compiled Dart code tells of.
pub(super) async fn mode<S: ReadAt>(
    archive: &Archive<S>,
    library: &Entry,
) -> Result<Option<FlutterMode>, Problem> {
    let length = match library.method {
        Method::Stored => HEAD,
        Method::Deflated => DEFLATED_HEAD,
        Method::Other(_) => return Ok(None),
    };
    let heads = archive.heads(&[library], length).await?;
    let Some(head) = heads.into_iter().flatten().next() else {
        return Ok(None);
    };
    if library.method == Method::Deflated {
        return Ok(inflate(&head.bytes).and_then(|bytes| search(&bytes)));
    }
    let found = search(&head.bytes);
    if found.is_some() || library.compressed_size <= HEAD {
        return Ok(found);
    }
    let file = Window::new(archive, head.offset, library.compressed_size);
    let elf = Elf::open(file).await?;
    if let Some(place) = elf.symbol(&SYMBOLS).await? {
        let length = SNAPSHOT.min(library.compressed_size.saturating_sub(place));
        return Ok(parse(&elf.file().read(place, length).await?));
    }
    let Some(constants) = elf.constants().await? else {
        return Ok(None);
    };
    let length = constants.size.min(SEARCHED);
    Ok(search(&elf.file().read(constants.offset, length).await?))
}

/// As much of the beginning as there is.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut head = Vec::with_capacity(INFLATED_HEAD);
    Decompress::new(false)
        .decompress_vec(bytes, &mut head, FlushDecompress::None)
        .ok()?;
    Some(head)
}

/// The mode that the first snapshot tells of.
fn search(bytes: &[u8]) -> Option<FlutterMode> {
    let mut places = (0..bytes.len()).filter_map(|at| bytes.get(at..));
    places.find_map(|snapshot| {
        snapshot
            .starts_with(&MAGIC)
            .then(|| parse(snapshot))
            .flatten()
    })
}

/// The mode that a snapshot tells of: in the words of the virtual machine, which are not those of Flutter.
fn parse(snapshot: &[u8]) -> Option<FlutterMode> {
    let mut view = View::new(snapshot);
    if view.take(MAGIC.len()).ok()? != MAGIC {
        return None;
    }
    view.take(NUMBERS).ok()?;
    let hash = view.take(HASH).ok()?;
    if !hash
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        return None;
    }
    let features = view.rest();
    let end = features.iter().position(|byte| b" \0".contains(byte))?;
    match features.get(..end)? {
        b"product" => Some(FlutterMode::Release),
        b"release" => Some(FlutterMode::Profile),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(hash: &[u8; HASH], features: &[u8]) -> Vec<u8> {
        [&MAGIC, &[7; NUMBERS][..], hash, features].concat()
    }

    #[test]
    fn the_first_feature_tells_the_mode() {
        let hash = b"0123456789abcdef0123456789abcdef";
        let mode = |features: &str| search(&snapshot(hash, features.as_bytes()));
        let product = "product no-code_comments arm64 android compressed-pointers\0";
        assert_eq!(mode(product), Some(FlutterMode::Release));
        assert_eq!(mode("release arm64\0"), Some(FlutterMode::Profile));
        assert_eq!(mode("product\0"), Some(FlutterMode::Release));
        for unknown in [
            "debug x\0",
            "products \0",
            "Release \0",
            " product",
            "product",
            "",
        ] {
            assert_eq!(mode(unknown), None, "{unknown:?}");
        }
        let odd = b"0123456789ABCDEF0123456789abcdef";
        assert_eq!(search(&snapshot(odd, b"product \0")), None);
        assert_eq!(search(b"product \0"), None);
    }

    #[test]
    fn a_magic_number_by_chance_hides_no_snapshot() {
        let hash = b"0123456789abcdef0123456789abcdef";
        let whole = snapshot(hash, b"release \0");
        let bytes = [&MAGIC[..], &[1; 50], &MAGIC, &whole].concat();
        assert_eq!(search(&bytes), Some(FlutterMode::Profile));
        for length in 0..whole.len() - 2 {
            assert_eq!(search(&whole[..length]), None);
        }
    }
}

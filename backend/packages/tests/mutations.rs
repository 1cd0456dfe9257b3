//! Packages with altered bytes: whatever they say, reading them ends, soon, without a panic.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::{io::Write as _, sync::LazyLock};

use common::path;
use futures::executor::block_on;
use packages::{
    apk::{self, Inspection},
    archive::{Archive, DEFAULT_LIMIT},
    bundle,
    source::{BLOCK, Memory, Metered, ReadAt as _},
};
use proptest::prelude::*;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A change of one byte, or of four to a value that parsers trip over.
#[derive(Clone, Debug)]
enum Change {
    Byte(prop::sample::Index, u8),
    Word(prop::sample::Index, u32),
    Cut(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let odd = prop::sample::select(vec![
        0,
        1,
        0x7f,
        0xff,
        0xffff,
        0x7fff_ffff,
        0x8000_0000,
        u32::MAX - 1,
        u32::MAX,
    ]);
    prop_oneof![
        4 => (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        4 => (any::<prop::sample::Index>(), odd).prop_map(|(at, word)| Change::Word(at, word)),
        1 => any::<prop::sample::Index>().prop_map(Change::Cut),
    ]
}

fn alter(bytes: &mut Vec<u8>, changes: &[Change]) {
    for change in changes {
        if bytes.len() < 8 {
            return;
        }
        match change {
            Change::Byte(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Change::Word(at, word) => {
                // Fields of Android's formats lie on multiples of four.
                let at = at.index(bytes.len() / 4) * 4;
                bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
            }
            Change::Cut(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
}

/// Reads the package and holds it to a budget: no crafted byte may buy many others.
fn inspect_within_budget(bytes: Vec<u8>) {
    let source = Metered::new(Memory::new(bytes));
    let inspection = block_on(apk::inspect(&source));
    check_budget(&source, &inspection);
}

/// The same of a bundle.
fn inspect_bundle_within_budget(bytes: Vec<u8>) {
    let source = Metered::new(Memory::new(bytes));
    let inspection = block_on(bundle::inspect(&source));
    check_budget(&source, &inspection);
}

fn check_budget(source: &Metered<Memory>, inspection: &Inspection) {
    let most = 4 * source.size() + 4 * BLOCK;
    assert!(
        source.fetched() <= most,
        "{} bytes of {}",
        source.fetched(),
        source.size()
    );
    assert!(source.requests() <= 200, "{} requests", source.requests());
    assert!(inspection.package.unread.len() <= 20);
}

const SMALL: [&str; 4] = [
    "plain.apk",
    "wallet-1.3.0-arm64-v8a.apk",
    "signed-v1.apk",
    "wallet-1.4.0-rotated.apk",
];

static WHOLE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    SMALL
        .iter()
        .map(|name| std::fs::read(path(name)).unwrap())
        .collect()
});

/// The files of a package that are parsed, unpacked: changing them packed would only fail their checksums.
type Parts = Vec<(String, Vec<u8>)>;

static PARTS: LazyLock<Vec<Parts>> = LazyLock::new(|| {
    [
        "settings-8.0.10.apk",
        "apidemos-5.0.0.apk",
        "signed-v1-v2-v3.apk",
        "plain.apk",
    ]
    .map(|name| parts(&std::fs::read(path(name)).unwrap()))
    .to_vec()
});

/// Those of a bundle, all that is parsed before its code.
static BUNDLE: LazyLock<Parts> =
    LazyLock::new(|| parts(include_bytes!("cases/wallet.aab").as_slice()));

fn parts(bytes: &[u8]) -> Parts {
    let archive = block_on(Archive::open(Memory::new(bytes.to_vec()))).unwrap();
    let is_parsed = |name: &str| {
        name.ends_with("AndroidManifest.xml")
            || name.ends_with("resources.arsc")
            || name.ends_with("resources.pb")
            || name.ends_with("libapp.so")
            || name.starts_with("META-INF/")
            || name.contains("ic_launcher")
    };
    let entries = archive
        .entries()
        .iter()
        .filter(|entry| is_parsed(&entry.name));
    entries
        .map(|entry| {
            (
                entry.name.clone(),
                block_on(archive.read(entry, DEFAULT_LIMIT)).unwrap(),
            )
        })
        .collect()
}

fn pack(parts: &Parts) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        writer.start_file(name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_package_with_altered_bytes_at_its_ends(
        which in 0..SMALL.len(),
        head in prop::collection::vec(change(), 0..4),
        tail in prop::collection::vec(change(), 1..8),
    ) {
        // The manifest comes first, signatures and directory last: between them is noise.
        let whole = &WHOLE[which];
        let (front, rest) = whole.split_at(whole.len().min(4_000));
        let (middle, back) = rest.split_at(rest.len().saturating_sub(12_000));
        let (mut front, mut back) = (front.to_vec(), back.to_vec());
        alter(&mut front, &head);
        alter(&mut back, &tail);
        inspect_within_budget([&front, middle, &back].concat());
    }

    #[test]
    fn a_package_cut_off_anywhere(which in 0..SMALL.len(), at in any::<prop::sample::Index>()) {
        let whole = &WHOLE[which];
        inspect_within_budget(whole[..at.index(whole.len())].to_vec());
    }

    #[test]
    fn a_file_in_a_package_with_altered_bytes(
        which in 0_usize..4,
        part in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..12),
    ) {
        let mut parts = PARTS[which].clone();
        // The manifest and the table deserve most of the attempts.
        let at = part.index(parts.len().min(3));
        alter(&mut parts[at].1, &changes);
        inspect_within_budget(pack(&parts));
    }

    #[test]
    fn a_file_in_a_bundle_with_altered_bytes(
        part in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let mut parts = BUNDLE.clone();
        let at = part.index(parts.len());
        alter(&mut parts[at].1, &changes);
        inspect_bundle_within_budget(pack(&parts));
    }

    #[test]
    fn an_archive_with_altered_bytes(
        which in 0..SMALL.len(),
        changes in prop::collection::vec(change(), 1..8),
    ) {
        let mut bytes = WHOLE[which].clone();
        let directory = bytes.len().saturating_sub(3_000);
        let mut tail = bytes.split_off(directory);
        alter(&mut tail, &changes);
        bytes.extend(tail);
        if let Ok(archive) = block_on(Archive::open(Memory::new(bytes))) {
            for file in archive.files().unwrap_or_default() {
                // Either it fails, or it is what the directory says.
                if let Ok(unpacked) = block_on(archive.read(file.entry, 4 << 20)) {
                    prop_assert_eq!(unpacked.len() as u64, file.entry.size);
                    prop_assert_eq!(crc32fast::hash(&unpacked), file.entry.crc32);
                }
            }
        }
    }
}

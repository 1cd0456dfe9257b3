//! Archives as pipelines make them, and as somebody with ill will makes them.

use futures::executor::block_on;

use super::{
    testing::{Line, deflated, end, stored, zip},
    *,
};
use crate::source::{Memory, Metered};

fn open(bytes: Vec<u8>) -> Result<Archive<Memory>, Error> {
    block_on(Archive::open(Memory::new(bytes)))
}

fn unpack(archive: &Archive<Memory>, name: &str) -> Result<Vec<u8>, Error> {
    block_on(archive.read(archive.find(name)?, DEFAULT_LIMIT))
}

fn files_of(lines: &[Line]) -> Result<Vec<String>, Error> {
    let archive = open(zip(lines))?;
    let files = archive.files()?;
    Ok(files.iter().map(|file| file.name.to_string()).collect())
}

#[test]
fn a_pipelines_artifact_gives_its_files_back() {
    let long: Vec<u8> = (0..2_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let archive = open(zip(&[
        stored("out/", b""),
        deflated("out/app.apk", &long),
        stored("out/mapping.txt", b"a -> b"),
        stored("empty", b""),
    ]))
    .unwrap();
    let names: Vec<String> = archive
        .files()
        .unwrap()
        .iter()
        .map(|file| file.name.to_string())
        .collect();
    assert_eq!(names, ["app.apk", "mapping.txt", "empty"]);
    assert_eq!(unpack(&archive, "out/app.apk").unwrap(), long);
    assert_eq!(unpack(&archive, "out/mapping.txt").unwrap(), b"a -> b");
    assert_eq!(unpack(&archive, "empty").unwrap(), b"");
}

#[test]
fn a_long_entry_comes_in_small_chunks_and_few_requests() {
    let long = vec![7; 20_000_000];
    for line in [stored("long", &long), deflated("long", &long)] {
        let source = Metered::new(Memory::new(zip(&[line])));
        let archive = block_on(Archive::open(&source)).unwrap();
        let mut reader = block_on(archive.reader(&archive.entries()[0], DEFAULT_LIMIT)).unwrap();
        let mut total = 0;
        while let Some(chunk) = block_on(reader.next_chunk()).unwrap() {
            assert!(chunk.len() <= 256 * 1024);
            total += chunk.len();
        }
        assert_eq!(total, long.len());
        assert!(source.requests() <= 7, "{}", source.requests());
    }
}

#[test]
fn what_is_no_zip_is_called_so() {
    for bytes in [
        Vec::new(),
        b"PK".to_vec(),
        vec![0; 300_000],
        b"<html>Not found</html>".to_vec(),
    ] {
        assert!(matches!(open(bytes).unwrap_err(), Error::NotZip));
    }
}

#[test]
fn a_zip_cut_off_anywhere_never_opens() {
    let whole = zip(&[stored("a", &[1; 100]), deflated("b", &[2; 1000])]);
    for length in 0..whole.len() {
        assert!(open(whole[..length].to_vec()).is_err(), "{length}");
    }
}

#[test]
fn a_directory_that_claims_two_gigabytes_is_not_read() {
    let mut bytes = vec![0; 1000];
    bytes.extend(end(3, 2_000_000_000, 0));
    let source = Metered::new(Memory::new(bytes));
    let error = block_on(Archive::open(&source)).unwrap_err();
    assert!(matches!(
        error,
        Error::DirectoryTooLarge {
            bytes: 2_000_000_000,
            ..
        }
    ));
    assert!(source.fetched() <= 1022);
}

#[test]
fn a_directory_of_too_many_entries_is_not_read() {
    let error = open(end(60_001, 0, 0)).unwrap_err();
    assert!(matches!(
        error,
        Error::DirectoryTooLarge {
            entries: 60_001,
            ..
        }
    ));
}

#[test]
fn a_directory_that_lies_about_itself_is_damaged() {
    let whole = zip(&[stored("a", b"x"), stored("b", b"y")]);
    let with = |at_from_end: usize, bytes: &[u8]| {
        let mut changed = whole.clone();
        let at = changed.len() - at_from_end;
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        open(changed).unwrap_err()
    };
    assert!(
        matches!(with(14, &[1, 0, 1, 0]), Error::Damaged(_)),
        "fewer entries than lines"
    );
    assert!(
        matches!(with(14, &[3, 0, 3, 0]), Error::Damaged(_)),
        "more entries than lines"
    );
    assert!(
        matches!(with(6, &[0xff, 0xff]), Error::Damaged(_)),
        "a directory past the end"
    );
    assert!(
        matches!(with(18, &[1]), Error::Split),
        "one disk of several"
    );
}

#[test]
fn an_entry_that_claims_two_gigabytes_is_damaged() {
    let lie = Line {
        compressed_size: 2_000_000_000,
        size: 2_000_000_000,
        ..stored("app.apk", b"tiny")
    };
    assert!(matches!(
        open(zip(&[lie])).unwrap_err(),
        Error::DamagedEntry { .. }
    ));
    let lie = Line {
        size: 2_000_000_000,
        ..deflated("app.apk", b"tiny")
    };
    let archive = open(zip(&[lie])).unwrap();
    let error = unpack(&archive, "app.apk").unwrap_err();
    assert!(error.to_string().contains("holds less"), "{error}");
}

#[test]
fn a_bomb_is_stopped_at_what_it_claims_and_at_the_limit() {
    let bomb = deflated("bomb", &vec![0; 50_000_000]);
    let liar = open(zip(&[Line {
        size: 10,
        ..bomb.clone()
    }]))
    .unwrap();
    let error = unpack(&liar, "bomb").unwrap_err();
    assert!(error.to_string().contains("holds more"), "{error}");

    let honest = open(zip(std::slice::from_ref(&bomb))).unwrap();
    let error = block_on(honest.read(&honest.entries()[0], 1_000_000)).unwrap_err();
    assert!(matches!(
        error,
        Error::TooLarge {
            limit: 1_000_000,
            ..
        }
    ));
}

#[test]
fn altered_bytes_are_noticed() {
    let wrong = Line {
        crc32: 1,
        ..stored("a", b"content")
    };
    let archive = open(zip(&[wrong])).unwrap();
    assert!(
        unpack(&archive, "a")
            .unwrap_err()
            .to_string()
            .contains("checksum")
    );

    let mut broken = deflated("a", &[b'x'; 5000]);
    broken.data.fill(0xff);
    let archive = open(zip(&[broken])).unwrap();
    assert!(matches!(
        unpack(&archive, "a").unwrap_err(),
        Error::DamagedEntry { .. }
    ));

    let mut short = deflated("a", b"some content that is cut off");
    short.data.truncate(5);
    short.compressed_size = 5;
    let archive = open(zip(&[short])).unwrap();
    assert!(
        unpack(&archive, "a")
            .unwrap_err()
            .to_string()
            .contains("too early")
    );
}

/// A zip of one stored file whose every number stands in zip64 fields, with `claimed` as its unpacked size.
fn zip64(name: &str, content: &[u8], claimed: u64) -> Vec<u8> {
    let plain = zip(&[stored(name, content)]);
    let directory = plain.len() - 22 - 46 - name.len();
    let (mut bytes, mut line) = (plain[..directory].to_vec(), plain[directory..].to_vec());
    line.truncate(46 + name.len());
    line[20..28].fill(0xff);
    line[30..32].copy_from_slice(&(4 + 28_u16).to_le_bytes());
    line[42..46].fill(0xff);
    // Another extra field comes first.
    line.extend([0x55, 0x54, 0, 0, 1, 0, 24, 0]);
    let length = content.len() as u64;
    line.extend(
        [claimed, length, 0]
            .iter()
            .flat_map(|number| number.to_le_bytes()),
    );
    bytes.extend(&line);
    let record = bytes.len() as u64;
    bytes.extend(b"PK\x06\x06");
    bytes.extend(44_u64.to_le_bytes());
    bytes.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let numbers = [1, 1, line.len() as u64, directory as u64];
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(record.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(end(0xffff, 0xffff_ffff, u32::MAX));
    bytes
}

#[test]
fn a_zip64_is_read() {
    let archive = open(zip64("app.apk", b"content", 7)).unwrap();
    assert_eq!(archive.files().unwrap()[0].name.as_str(), "app.apk");
    assert_eq!(unpack(&archive, "app.apk").unwrap(), b"content");
}

#[test]
fn a_zip64_that_lies_is_refused() {
    let whole = zip64("a", b"x", u64::MAX);
    let error = unpack(&open(whole.clone()).unwrap(), "a").unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }));
    let record = whole.len() - 22 - 20 - 56;
    for (at, word) in [
        (record, 0),
        (record + 24, 60_001),
        (record + 32, 60_001),
        (record + 40, u64::MAX),
        (record + 48, u64::MAX),
        (record + 56 + 8, u64::MAX),
        (record + 56 + 8, 0),
    ] {
        let mut broken = whole.clone();
        broken[at..at + 8].copy_from_slice(&word.to_le_bytes());
        assert!(open(broken).is_err(), "{at}");
    }
    for length in 0..whole.len() {
        assert!(open(whole[..length].to_vec()).is_err(), "{length}");
    }
}

#[test]
fn a_mark_of_zip64_alone_changes_nothing() {
    let plain = zip(&[stored("a", b"x")]);
    let (files, end) = plain.split_at(plain.len() - 22);
    let marked = [files, b"PK\x06\x07", &[0; 16], end].concat();
    assert_eq!(unpack(&open(marked).unwrap(), "a").unwrap(), b"x");
}

#[test]
fn numbers_that_are_nowhere_are_missed() {
    let huge = Line {
        size: u32::MAX,
        ..stored("a", b"x")
    };
    let error = open(zip(&[huge])).unwrap_err();
    assert!(error.to_string().contains("64-bit"), "{error}");
    let error = open(end(0xffff, 0, 0)).unwrap_err();
    assert!(error.to_string().contains("64-bit"), "{error}");
}

#[test]
fn unsafe_paths_are_refused() {
    for name in [
        "../app.apk",
        "a/../../b",
        "..",
        "/etc/passwd",
        "C:/x",
        "a\\b.apk",
        "a\0.apk",
        "a\nb",
        "",
        "a/\u{7f}",
    ] {
        let error = files_of(&[stored(name, b"")]).unwrap_err();
        assert!(
            matches!(error, Error::UnsafePath { .. }),
            "{name:?}: {error}"
        );
    }
    let error = files_of(&[stored(&"n".repeat(300), b"")]).unwrap_err();
    assert!(matches!(error, Error::FileName { .. }));
    assert_eq!(files_of(&[stored("a..b/c..apk", b"")]).unwrap(), ["c..apk"]);
}

#[test]
fn two_files_of_one_name_are_refused_by_name() {
    let error = files_of(&[stored("a/app.apk", b"1"), stored("b/app.apk", b"2")]).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("a/app.apk") && text.contains("b/app.apk") && text.contains("rename"),
        "{text}"
    );
}

#[test]
fn other_files_of_one_name_are_kept_under_their_paths() {
    let files = files_of(&[
        stored("apk/app.apk", b""),
        stored("./apk/baselineProfiles/0/app.dm", b""),
        stored("apk/baselineProfiles/1/app.dm", b""),
        stored("notes.txt", b""),
    ]);
    assert_eq!(
        files.unwrap(),
        [
            "app.apk",
            "apk-baselineProfiles-0-app.dm",
            "apk-baselineProfiles-1-app.dm",
            "notes.txt"
        ]
    );
    let error = files_of(&[stored("a/b/x.txt", b""), stored("a-b/x.txt", b"")]);
    assert!(matches!(error.unwrap_err(), Error::DuplicateName { .. }));
    let error = files_of(&[stored("x.txt", b""), stored("x.txt", b"")]);
    assert!(matches!(error.unwrap_err(), Error::DuplicateName { .. }));
}

#[test]
fn what_desktops_leave_behind_is_no_file() {
    let files = files_of(&[
        stored(".DS_Store", b""),
        stored("sub/.DS_Store", b""),
        stored("__MACOSX/._app.apk", b""),
        stored("__MACOSX/sub/._app.apk", b""),
        stored("app.apk", b""),
    ]);
    assert_eq!(files.unwrap(), ["app.apk"]);
}

#[test]
fn a_symbolic_link_is_refused() {
    let link = Line {
        mode: 0o120_777,
        ..stored("latest.apk", b"app-1.0.apk")
    };
    let error = files_of(&[stored("app-1.0.apk", b""), link]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("\"latest.apk\" in the zip is a symbolic link")
    );
    let plain = Line {
        mode: 0o100_644,
        ..stored("app.apk", b"")
    };
    assert_eq!(files_of(&[plain]).unwrap(), ["app.apk"]);
}

/// Names of the files in a zip whose first path has these bytes in place of its `@`, and the flags.
fn names_of(bytes: &[u8], flags: u16) -> Vec<String> {
    let path = "@".repeat(bytes.len());
    let first = Line {
        flags,
        ..stored(&format!("out/{path}.txt"), b"1")
    };
    let mut whole = zip(&[first, stored("z.txt", b"2")]);
    let places: Vec<usize> = (0..whole.len())
        .filter(|at| whole[*at..].starts_with(path.as_bytes()))
        .collect();
    assert_eq!(places.len(), 2);
    for at in places {
        whole[at..at + bytes.len()].copy_from_slice(bytes);
    }
    // A path takes the bytes that it has in the zip, however many it is read as.
    let archive = open(whole).unwrap();
    let files = archive.files().unwrap();
    for file in &files {
        unpack(&archive, &file.entry.name).unwrap();
    }
    files.iter().map(|file| file.name.to_string()).collect()
}

#[test]
fn a_path_in_the_encoding_of_old_desktops_is_read() {
    let of_europe = b"Gr\x94\xe1en\x84nderung";
    assert_eq!(names_of(of_europe, 0), ["Größenänderung.txt", "z.txt"]);
    let of_japan = b"\x83\x65\x83\x58\x83\x67";
    assert_eq!(names_of(of_japan, 0), ["テスト.txt", "z.txt"]);
    // A backslash may be half of a character.
    assert_eq!(names_of(b"\x95\x5c\x8e\xa6", 0), ["表示.txt", "z.txt"]);
    assert_eq!(names_of("größe".as_bytes(), 0), ["größe.txt", "z.txt"]);
    assert_eq!(names_of("größe".as_bytes(), 0x800), ["größe.txt", "z.txt"]);
    let no_utf8 = names_of(b"\x84\x84", 0x800);
    assert_eq!(no_utf8, ["\u{fffd}\u{fffd}.txt", "z.txt"]);
}

#[test]
fn a_path_in_another_encoding_is_no_way_out() {
    let mut whole = zip(&[stored("@@..@x", b"")]);
    for (from, to) in [(b"@@", b"\x95\x5c"), (b"@x", b"\\\x84")] {
        let mut at = 0;
        while at + 1 < whole.len() {
            if whole[at..].starts_with(from) {
                whole[at..at + 2].copy_from_slice(to);
            }
            at += 1;
        }
    }
    let error = open(whole).unwrap().files().unwrap_err();
    assert!(matches!(error, Error::UnsafePath { .. }), "{error}");
}

#[test]
fn overlapping_entries_are_refused() {
    let shared = Line {
        offset: Some(0),
        ..stored("b", b"x")
    };
    let error = files_of(&[stored("a", b"x"), shared]).unwrap_err();
    assert!(matches!(error, Error::Overlap { .. }));
}

#[test]
fn an_endless_path_is_refused() {
    let error = open(zip(&[stored(&"deep/".repeat(5000), b"")])).unwrap_err();
    assert!(error.to_string().contains("1,024"), "{error}");
}

#[test]
fn encrypted_and_exotic_entries_say_what_to_do() {
    let archive = open(zip(&[
        Line {
            flags: 1,
            ..stored("secret", b"x")
        },
        Line {
            method: 14,
            ..stored("lzma", b"x")
        },
    ]))
    .unwrap();
    assert!(matches!(
        unpack(&archive, "secret").unwrap_err(),
        Error::Encrypted(_)
    ));
    assert!(matches!(
        unpack(&archive, "lzma").unwrap_err(),
        Error::Method { method: 14, .. }
    ));
}

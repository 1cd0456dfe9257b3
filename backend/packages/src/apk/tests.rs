//! Packages made by hand, most of them by somebody with ill will. Real ones: `tests/samples.rs`.

use domain::{
    digest::Digest,
    package::{FlutterMode, Scheme, TableFlaw},
};
use futures::executor::block_on;

use super::{
    testing::{
        Entries, Form, Is, Xml, apk, chunk, lines, manifest, signed_apk, signing_block, table,
        v3_value, v3_value_from,
    },
    *,
};
use crate::{
    archive::Archive,
    archive::testing::{Line, deflated, stored, zip},
    source::{Memory, Metered},
};

const LABEL: u32 = 0x7f01_0000;
const ICON: u32 = 0x7f02_0000;

fn look(bytes: Vec<u8>) -> Inspection {
    block_on(inspect(Memory::new(bytes)))
}

/// Why `what` could not be read.
fn why(inspection: &Inspection, what: &str) -> String {
    let unread = &inspection.package.unread;
    let found = unread.iter().find(|unread| unread.what == what);
    found.map_or_else(
        || format!("it was read; unread: {unread:?}"),
        |unread| unread.why.clone(),
    )
}

fn labelled(blocks: &[Entries<'_>]) -> Inspection {
    look(apk(
        &manifest(&[("label", Is::Reference(LABEL))]),
        &table(blocks),
    ))
}

fn pictured(blocks: &[Entries<'_>]) -> Inspection {
    look(apk(
        &manifest(&[("icon", Is::Reference(ICON))]),
        &table(blocks),
    ))
}

#[test]
fn a_small_package_is_read_whole() {
    let manifest = Xml::new()
        .start(
            "manifest",
            &[
                ("package", Is::Text("dev.example.wallet")),
                ("versionCode", Is::Number(5)),
                ("versionCodeMajor", Is::Number(2)),
                ("versionName", Is::Text("1.0.0")),
            ],
        )
        .leaf(
            "uses-sdk",
            &[
                ("minSdkVersion", Is::Number(24)),
                ("targetSdkVersion", Is::Number(35)),
            ],
        )
        .leaf("uses-permission", &[("name", Is::Text("z.LAST"))])
        .leaf("uses-permission", &[("name", Is::Text("a.FIRST"))])
        .leaf("uses-permission", &[("name", Is::Text("a.FIRST"))])
        .start("application", &[("debuggable", Is::Number(u32::MAX))])
        .start("activity", &[("label", Is::Text("Wal\u{7}let 😀"))])
        .start("intent-filter", &[])
        .leaf(
            "category",
            &[("name", Is::Text("android.intent.category.LAUNCHER"))],
        )
        .finish();
    let package = look(apk(&manifest, &[])).package;
    assert_eq!(package.name.as_deref(), Some("dev.example.wallet"));
    assert_eq!(package.version_code, Some(2 << 32 | 5));
    assert_eq!((package.min_sdk, package.target_sdk), (Some(24), Some(35)));
    assert_eq!(package.permissions, ["a.FIRST", "z.LAST"]);
    assert_eq!(
        package.label.as_deref(),
        Some("Wallet 😀"),
        "the launcher's, without the bell"
    );
    assert!(package.debuggable);
    assert!(package.signing.is_unsigned());
    assert_eq!(package.unread, []);
}

#[test]
fn a_label_is_taken_from_the_table_in_every_form_of_table() {
    for form in [Form::Wide, Form::Narrow, Form::Sparse(0), Form::Compact] {
        let korean = Entries {
            locale: *b"ko\0\0",
            form,
            ..Entries::of(1, &[Is::Text("지갑")])
        };
        let plain = Entries {
            form,
            ..Entries::of(1, &[Is::Reference(LABEL + 1), Is::Text("Wallet")])
        };
        let package = labelled(&[korean, plain]).package;
        assert_eq!(package.label.as_deref(), Some("Wallet"));
        assert_eq!(package.unread, []);
    }
}

#[test]
fn a_sparse_table_has_fewer_lines_than_its_highest_number() {
    let block = Entries {
        form: Form::Sparse(700),
        ..Entries::of(1, &[Is::Reference(LABEL + 701), Is::Text("Wallet")])
    };
    let bytes = table(&[block]);
    let label = |number| {
        let manifest = manifest(&[("label", Is::Reference(LABEL + number))]);
        look(apk(&manifest, &bytes))
    };
    assert_eq!(label(700).package.label.as_deref(), Some("Wallet"));
    for number in [0, 1, 699, 702, 0xffff] {
        assert!(why(&label(number), "label").contains("not there"));
    }
}

#[test]
fn the_densest_bitmap_is_the_icon() {
    let block = |density, path| Entries {
        density,
        ..Entries::of(2, path)
    };
    let inspection = pictured(&[
        block(160, &[Is::Text("res/low.png")]),
        block(640, &[Is::Text("res/high.png")]),
        block(0xfffe, &[Is::Text("res/drawing.xml")]),
    ]);
    assert_eq!(
        inspection.icon.as_deref(),
        Some(b"\x89PNG\r\n\x1a\nhigh".as_slice())
    );
    assert_eq!(inspection.package.icon.unwrap().content_type, "image/png");

    let inspection = pictured(&[
        block(640, &[Is::Text("res/fake.png")]),
        block(160, &[Is::Text("res/photo.webp")]),
    ]);
    assert_eq!(inspection.package.icon.unwrap().content_type, "image/webp");
}

#[test]
fn an_icon_that_is_no_bitmap_is_named() {
    let inspection = pictured(&[Entries::of(2, &[Is::Text("res/drawing.xml")])]);
    assert_eq!(why(&inspection, "icon"), "it is a drawing and no bitmap");
    let inspection = pictured(&[Entries::of(2, &[Is::Text("res/fake.png")])]);
    assert_eq!(why(&inspection, "icon"), "it is neither PNG, WebP nor JPEG");
    let inspection = pictured(&[Entries::of(2, &[Is::Text("../../etc/passwd")])]);
    assert!(why(&inspection, "icon").contains("holds no"));
    assert!(inspection.icon.is_none());
}

/// A package whose icon is the drawing `res/icon.xml`, with these files besides. The resources are the icon, then `values`.
fn drawn(icon: &[u8], values: &[Is<'_>], files: Vec<Line>) -> Inspection {
    let values = [&[Is::Text("res/icon.xml")], values].concat();
    let table = table(&[Entries::of(2, &values)]);
    let mut lines = lines(&manifest(&[("icon", Is::Reference(ICON))]), &table);
    lines.push(stored("res/icon.xml", icon));
    lines.extend(files);
    look(zip(&lines))
}

fn adaptive(foreground: u32) -> Vec<u8> {
    Xml::new()
        .start("adaptive-icon", &[])
        .leaf("background", &[("drawable", Is::Reference(ICON + 2))])
        .leaf("foreground", &[("drawable", Is::Reference(foreground))])
        .leaf("monochrome", &[("drawable", Is::Reference(ICON + 3))])
        .finish()
}

#[test]
fn of_an_adaptive_icon_the_foreground_is_shown_or_else_the_background() {
    let values = [
        Is::Text("res/high.png"),
        Is::Text("res/photo.webp"),
        Is::Text("res/low.png"),
        Is::Text("res/lines.xml"),
        Is::Text("res/inset.xml"),
    ];
    let lines = Xml::new().leaf("vector", &[]).finish();
    let inset = Xml::new()
        .start("inset", &[])
        .leaf("bitmap", &[("src", Is::Reference(ICON + 1))])
        .finish();
    let files = vec![
        stored("res/lines.xml", &lines),
        stored("res/inset.xml", &inset),
    ];
    let shown = |foreground| {
        let inspection = drawn(&adaptive(foreground), &values, files.clone());
        assert_eq!(inspection.package.unread, []);
        inspection.icon.unwrap()
    };
    assert_eq!(shown(ICON + 1), b"\x89PNG\r\n\x1a\nhigh");
    assert_eq!(
        shown(ICON + 4),
        b"RIFF\0\0\0\0WEBPphoto",
        "lines are not drawn"
    );
    assert_eq!(shown(ICON + 5), b"\x89PNG\r\n\x1a\nhigh");
}

#[test]
fn drawings_of_each_other_end() {
    let circle = adaptive(ICON);
    let inspection = drawn(&circle, &[Is::Number(1), Is::Reference(ICON)], vec![]);
    assert_eq!(why(&inspection, "icon"), "it is a drawing and no bitmap");
    let inspection = drawn(b"no xml", &[], vec![]);
    assert_eq!(why(&inspection, "icon"), "it is a drawing and no bitmap");
}

#[test]
fn an_icon_may_be_a_jpeg_and_have_four_megabytes() {
    let icon = |size| {
        let mut picture = b"\xff\xd8\xff\xe0".to_vec();
        picture.resize(size, 0);
        let table = table(&[Entries::of(2, &[Is::Text("res/photo.jpg")])]);
        let mut lines = lines(&manifest(&[("icon", Is::Reference(ICON))]), &table);
        lines.push(deflated("res/photo.jpg", &picture));
        look(zip(&lines))
    };
    let inspection = icon(4 << 20);
    assert_eq!(inspection.package.icon.unwrap().content_type, "image/jpeg");
    assert!(why(&icon((4 << 20) + 1), "icon").contains("larger than"));
}

#[test]
fn a_version_under_development_is_known_by_its_codename() {
    let made_for = |target| {
        let manifest = Xml::new()
            .start("manifest", &[("package", Is::Text("dev.example.wallet"))])
            .leaf(
                "uses-sdk",
                &[
                    ("minSdkVersion", Is::Text("34")),
                    ("targetSdkVersion", Is::Text(target)),
                ],
            )
            .finish();
        look(apk(&manifest, &[]))
    };
    let package = made_for("Tiramisu").package;
    assert_eq!(package.unread, []);
    assert_eq!((package.min_sdk, package.lowest_level()), (Some(34), 34));
    assert_eq!(package.target_sdk, None);
    assert_eq!(package.target_sdk_codename.as_deref(), Some("Tiramisu"));
    assert_eq!(package.target_level(), Some(10_000));
    for odd in ["3x", "", "a b", &"x".repeat(101)] {
        let inspection = made_for(odd);
        assert_eq!(why(&inspection, "target API level"), "it is no number");
        assert_eq!(inspection.package.target_level(), None);
    }
}

#[test]
fn what_keeps_a_package_from_installing_is_read() {
    let manifest = Xml::new()
        .start(
            "manifest",
            &[
                ("package", Is::Text("dev.example.wallet.test")),
                ("split", Is::Text("config.de")),
                ("isSplitRequired", Is::Number(u32::MAX)),
                ("requiredSplitTypes", Is::Text("base__abi,base__density")),
            ],
        )
        .leaf(
            "instrumentation",
            &[("targetPackage", Is::Text("dev.example.wallet"))],
        )
        .leaf("application", &[("testOnly", Is::Number(1))])
        .finish();
    let package = look(apk(&manifest, &[])).package;
    assert!(package.test_only);
    assert_eq!(package.instruments.as_deref(), Some("dev.example.wallet"));
    assert_eq!(package.split.as_deref(), Some("config.de"));
    let splits = ["base__abi".to_owned(), "base__density".to_owned()];
    assert_eq!(package.required_splits.as_deref(), Some(&splits[..]));

    let long = format!("x{}", ",y".repeat(100));
    let attributes = [("requiredSplitTypes", Is::Text(&long))];
    let manifest = Xml::new().start("manifest", &attributes).finish();
    let package = look(apk(&manifest, &[])).package;
    assert_eq!(package.required_splits.map(|splits| splits.len()), Some(16));
}

#[test]
fn a_resource_table_that_cannot_be_mapped_is_noticed() {
    let with = |lines: &[Line]| look(zip(lines)).package.resource_table;
    let name = "resources.arsc";
    assert_eq!(
        with(&[deflated(name, b"table")]),
        Some(TableFlaw::Compressed)
    );
    // Its data starts at byte 30 + 14 = 44.
    assert_eq!(with(&[stored(name, b"table")]), None);
    let shifted = [stored("a", b""), stored(name, b"table")];
    assert_eq!(with(&shifted), Some(TableFlaw::Unaligned));
    assert_eq!(with(&[stored("classes.dex", b"")]), None);
}

#[test]
fn references_in_a_circle_end() {
    let circle = [Is::Reference(LABEL + 1), Is::Reference(LABEL)];
    assert!(why(&labelled(&[Entries::of(1, &circle)]), "label").contains("circle"));

    let circle = [Is::Reference(ICON + 1), Is::Reference(ICON)];
    // Two ways at every step: 2^16 ways in all if each was followed.
    let twice = Entries {
        density: 160,
        ..Entries::of(2, &circle)
    };
    assert!(why(&pictured(&[Entries::of(2, &circle), twice]), "icon").contains("circle"));
}

#[test]
fn sixteen_references_are_followed_and_no_more() {
    let chain = |length: u32| -> Vec<Is<'static>> {
        let references = (1..length).map(|step| Is::Reference(LABEL + step));
        references.chain([Is::Text("Wallet")]).collect()
    };
    assert_eq!(
        labelled(&[Entries::of(1, &chain(15))])
            .package
            .label
            .as_deref(),
        Some("Wallet")
    );
    assert_eq!(labelled(&[Entries::of(1, &chain(18))]).package.label, None);
}

#[test]
fn a_reference_to_nothing_is_named() {
    let inspection = labelled(&[Entries::of(1, &[])]);
    assert!(why(&inspection, "label").contains("not there"));
    let framework = look(apk(
        &manifest(&[("label", Is::Reference(0x0104_0001))]),
        &table(&[]),
    ));
    assert!(why(&framework, "label").contains("Android's own"));
    let tableless = look(zip(&lines(
        &manifest(&[("label", Is::Reference(LABEL))]),
        b"",
    )[..1]));
    assert!(why(&tableless, "resources").contains("holds no"));
    assert_eq!(tableless.package.version_code, Some(7), "the rest is read");
}

#[test]
fn a_manifest_nested_without_end_does_not_overflow_the_stack() {
    let mut xml = Xml::new();
    xml.start("manifest", &[("package", Is::Text("dev.example.deep"))]);
    for _ in 0..20_000 {
        xml.start("deeper", &[]);
    }
    let inspection = look(apk(&xml.finish(), &[]));
    assert_eq!(why(&inspection, "manifest"), "it is nested too deeply");
    assert_eq!(inspection.package.name.as_deref(), Some("dev.example.deep"));
}

#[test]
fn a_node_with_a_header_too_short_ends_the_manifest() {
    let whole = manifest(&[]);
    let after = |at: usize| {
        let size: [u8; 4] = whole[at + 4..at + 8].try_into().unwrap();
        at + usize::try_from(u32::from_le_bytes(size)).unwrap()
    };
    // The texts and the attributes' numbers come before the first element.
    let (before, elements) = whole.split_at(after(after(8)));
    let node = chunk(0x0104, &[], &[0; 8]);
    let broken = chunk(3, &[], &[&before[8..], &node, elements].concat());
    let inspection = look(apk(&broken, &[]));
    assert_eq!(
        why(&inspection, "manifest"),
        "the header of a node is too short"
    );
}

#[test]
fn names_for_which_android_refuses_a_package_are_said() {
    let with = |names: [&str; 2]| {
        let mut lines = lines(&manifest(&[]), b"");
        lines.extend(names.map(|name| stored(name, b"x")));
        look(zip(&lines))
    };
    assert!(why(&with(["classes.dex", "classes.dex"]), "zip").contains("one name"));
    assert!(why(&with(["assets/a\0b", "assets/a"]), "zip").contains("zero byte"));
    let plain = with(["classes.dex", "classes2.dex"]);
    assert_eq!(plain.package.unread, []);
}

#[test]
fn an_oversized_manifest_is_not_unpacked() {
    let bomb = deflated("AndroidManifest.xml", &vec![0; 5_000_000]);
    assert!(why(&look(zip(std::slice::from_ref(&bomb))), "manifest").contains("larger than"));
    let liar = Line { size: 1000, ..bomb };
    assert!(why(&look(zip(&[liar])), "manifest").contains("more than the directory says"));
}

#[test]
fn an_oversized_table_is_not_unpacked() {
    let bomb = Line {
        size: 65 << 20,
        ..deflated("resources.arsc", b"small")
    };
    let manifest = stored(
        "AndroidManifest.xml",
        &manifest(&[("label", Is::Reference(LABEL))]),
    );
    assert!(why(&look(zip(&[manifest, bomb])), "resources").contains("larger than"));
}

#[test]
fn two_manifests_are_one_too_many() {
    let line = stored("AndroidManifest.xml", &manifest(&[]));
    let inspection = look(zip(&[line.clone(), line]));
    assert!(why(&inspection, "manifest").contains("same file name"));
    assert_eq!(inspection.package.name, None);
}

#[test]
fn a_text_named_a_thousand_times_costs_little() {
    let long = "permission".repeat(3000);
    let mut xml = Xml::new();
    xml.start("manifest", &[("package", Is::Text("p"))]);
    for number in 0..2000 {
        xml.leaf(
            "uses-permission",
            &[("name", Is::Text(&format!("{number}")))],
        );
    }
    xml.leaf("uses-permission", &[("name", Is::Text(&long))]);
    let inspection = look(apk(&xml.finish(), &[]));
    assert_eq!(inspection.package.permissions.len(), 500);
    assert!(why(&inspection, "permissions").contains("left out"));
    let label = look(apk(&manifest(&[("label", Is::Text(&long))]), &[]))
        .package
        .label;
    assert_eq!(label.unwrap().len(), 512);
}

/// The same document with a lone surrogate for each of the private characters in it.
fn with_halves(manifest: &[u8]) -> Vec<u8> {
    let mut bytes = manifest.to_vec();
    let private = '\u{ea17}'.encode_utf16(&mut [0])[0].to_le_bytes();
    for at in 0..bytes.len() - 1 {
        if bytes[at..].starts_with(&private) {
            bytes[at..at + 2].copy_from_slice(&0xd83d_u16.to_le_bytes());
        }
    }
    bytes
}

#[test]
fn half_a_character_or_one_that_hides_costs_no_fact() {
    let hostile = "a\u{ea17}b\u{202e}\n\u{1b}[31m\u{200b}c";
    let manifest = Xml::new()
        .start(
            "manifest",
            &[
                ("package", Is::Text(hostile)),
                ("versionName", Is::Text(hostile)),
                ("split", Is::Text(hostile)),
                ("requiredSplitTypes", Is::Text(hostile)),
            ],
        )
        .leaf("uses-permission", &[("name", Is::Text("a.\u{ea17}"))])
        .leaf("uses-permission", &[("name", Is::Text(hostile))])
        .leaf("instrumentation", &[("targetPackage", Is::Text(hostile))])
        .leaf("application", &[("label", Is::Text(hostile))])
        .finish();
    let inspection = look(apk(&with_halves(&manifest), &[]));
    let expected = "a\u{fffd}b[31mc";
    let package = &inspection.package;
    let texts = [
        &package.name,
        &package.version_name,
        &package.label,
        &package.split,
        &package.instruments,
    ];
    for text in texts {
        assert_eq!(text.as_deref(), Some(expected));
    }
    assert_eq!(package.required_splits, Some(vec![expected.to_owned()]));
    assert_eq!(package.permissions, ["a.\u{fffd}"]);
    assert!(why(&inspection, "permissions").contains("not shown"));
}

#[test]
fn paths_in_a_package_are_told_without_what_hides() {
    let path = "lib/arm64-v8a/lib\u{202e}\u{1b}.so";
    let mut old = b"\x7fELF\x02\x01\x01".to_vec();
    old.resize(0x20, 0);
    old.extend(64_u64.to_le_bytes());
    old.resize(0x36, 0);
    old.extend([56, 0, 1, 0]);
    old.resize(64, 0);
    old.extend([1, 0, 0, 0]);
    old.resize(64 + 56, 0);
    let signature = Line {
        crc32: 1,
        ..stored("META-INF/\u{202e}\u{1b}\n.RSA", b"x")
    };
    let list = stored("META-INF/\u{202e}\u{1b}\n.SF", b"");
    let inspection = look(zip(&[stored(path, &old), signature, list]));
    let pages = inspection.package.small_pages.as_ref().unwrap();
    assert_eq!(pages.libraries, ["arm64-v8a/lib.so"]);
    let reason = why(&inspection, "v1 signature");
    assert!(reason.contains("META-INF"), "{reason}");
    for unread in &inspection.package.unread {
        assert!(
            unread.why.chars().all(domain::text::may_stand),
            "{unread:?}"
        );
    }
}

/// A source that fails with words of somebody else.
struct Failing;

impl ReadAt for Failing {
    type Error = std::io::Error;

    fn size(&self) -> u64 {
        1_000
    }

    async fn read_at(&self, _range: std::ops::Range<u64>) -> Result<bytes::Bytes, Self::Error> {
        Err(std::io::Error::other("no\u{202e}\r\nSuch: thing"))
    }
}

#[test]
fn words_of_a_failure_are_on_one_line() {
    let inspection = block_on(inspect(Failing));
    let reason = why(&inspection, "package");
    assert!(reason.ends_with("noSuch: thing"), "{reason:?}");
}

#[test]
fn a_rotated_certificate_comes_with_its_ancestors() {
    let lineage: [&[u8]; 2] = [b"old", b"new"];
    let block = signing_block(&[
        (0x1b93_ad61, v3_value_from(34, b"new", &lineage)),
        (0xf053_68c0, v3_value(b"old", &[])),
        (0x4272_6577, vec![0; 100]),
    ]);
    let signing = look(signed_apk(&block)).package.signing;
    assert_eq!(signing.v31, [Digest::of(b"new")]);
    assert_eq!(signing.v31_min_sdk, Some(34));
    assert_eq!(signing.signers(33), Some(&[Digest::of(b"old")][..]));
    assert_eq!(signing.signers(34), Some(&[Digest::of(b"new")][..]));
    assert_eq!(signing.v3, [Digest::of(b"old")]);
    assert_eq!(signing.lineage, [Digest::of(b"old"), Digest::of(b"new")]);
    assert!(!signing.unknown);
}

#[test]
fn a_broken_signing_block_is_not_taken_for_unsigned() {
    let whole = signing_block(&[(0xf053_68c0, v3_value(b"certificate", &[b"old", b"new"]))]);
    let size_at = whole.len() - 24;
    let mut broken = Vec::new();
    for size in [0_u64, 23, 24, 1 << 20, 5 << 20, u64::MAX] {
        let mut block = whole.clone();
        block[size_at..size_at + 8].copy_from_slice(&size.to_le_bytes());
        broken.push(block);
    }
    broken.push(signing_block(&[(0xf053_68c0, b"short".to_vec())]));
    broken.push(signing_block(&[(0x7109_871a, vec![0; 4])]));
    for block in broken {
        let inspection = look(signed_apk(&block));
        assert!(
            inspection.package.signing.unknown,
            "{:?}",
            inspection.package.signing
        );
        assert!(!inspection.package.signing.is_unsigned());
        assert_ne!(why(&inspection, "signing block"), "");
    }
}

#[test]
fn of_two_blocks_of_one_scheme_the_first_counts() {
    let block = signing_block(&[
        (0xf053_68c0, v3_value(b"checked", &[])),
        (0xf053_68c0, v3_value(b"ignored", &[])),
    ]);
    let signing = look(signed_apk(&block)).package.signing;
    assert_eq!(signing.v3, [Digest::of(b"checked")]);
    assert!(!signing.unknown);
}

#[test]
fn a_signature_file_of_an_unknown_method_is_inflated() {
    let mut lines = lines(&manifest(&[]), b"");
    lines.push(stored("META-INF/A.SF", b""));
    lines.push(Line {
        method: 21,
        ..deflated("META-INF/A.RSA", b"\x04\0")
    });
    let inspection = look(zip(&lines));
    assert_eq!(
        why(&inspection, "v1 signature"),
        "it is no PKCS #7 signature"
    );
}

#[test]
fn signature_files_too_long_or_too_many_are_not_read() {
    let with = |files: Vec<Line>| {
        let mut lines = lines(&manifest(&[]), b"");
        lines.extend(files);
        look(zip(&lines))
    };
    let long = Line {
        size: 2 << 20,
        ..deflated("META-INF/CERT.RSA", b"small")
    };
    let inspection = with(vec![stored("META-INF/CERT.SF", b""), long]);
    assert!(why(&inspection, "v1 signature").contains("too long"));
    assert!(inspection.package.signing.unknown);

    let many = (0..11).flat_map(|n| {
        [
            stored(&format!("META-INF/{n}.SF"), b""),
            stored(&format!("META-INF/{n}.RSA"), b""),
        ]
    });
    assert!(why(&with(many.collect()), "v1 signature").contains("too many"));

    let nonsense = vec![
        stored("META-INF/A.SF", b""),
        stored("META-INF/A.EC", &[0x30; 50]),
    ];
    assert!(with(nonsense).package.signing.unknown);
    let alone = with(vec![stored("META-INF/A.RSA", &[0x30; 50])]);
    assert!(
        alone.package.signing.is_unsigned(),
        "a signature of no list signs nothing"
    );
}

#[test]
fn flutter_is_told_by_its_engine_or_its_assets() {
    let assets = look(zip(&[stored("assets/flutter_assets/fonts", b"")])).package;
    assert_eq!(assets.flutter.unwrap().dart_version, None);
    let engine = b"..\x003.9.2 (stable) (Wed Aug 27) on \"android_arm64\"";
    let package = look(zip(&[
        deflated("lib/arm64-v8a/libflutter.so", engine),
        stored("lib/arm64-v8a/libapp.so", b""),
        stored("lib/../libflutter.so", b""),
        stored("lib/a/b/c.so", b""),
    ]))
    .package;
    assert_eq!(
        package.flutter.unwrap().dart_version.as_deref(),
        Some("3.9.2")
    );
    assert_eq!(package.abis, ["arm64-v8a"]);
    assert_eq!(
        look(zip(&[stored("classes.dex", b"")])).package.flutter,
        None
    );
}

#[test]
fn an_engine_that_lies_about_its_sections_costs_little() {
    let mut engine = b"\x7fELF\x02\x01\x01".to_vec();
    engine.resize(0x28, 0);
    engine.extend(u64::MAX.to_le_bytes());
    engine.resize(0x3a, 0);
    engine.extend([64, 0, 0xff, 0xff, 0xff, 0xff]);
    engine.resize(1_000_000, 7);
    let source = Metered::new(Memory::new(zip(&[stored(
        "lib/x86/libflutter.so",
        &engine,
    )])));
    let package = block_on(inspect(&source)).package;
    assert_eq!(package.flutter.unwrap().dart_version, None);
    assert!(source.fetched() < 600_000, "{}", source.fetched());
}

/// The beginning of a snapshot with these features.
fn snapshot(features: &str) -> Vec<u8> {
    let mut bytes = vec![0xf5, 0xf5, 0xdc, 0xdc];
    bytes.extend([7; 16]);
    bytes.extend(b"0123456789abcdef0123456789abcdef");
    bytes.extend(features.as_bytes());
    bytes.push(0);
    bytes
}

/// A library with `content` at `place`, and the names and places of sections that it says it has: constants, a table of
/// symbols and their names.
fn library(size: usize, place: usize, content: &[u8], symbol: &str) -> Vec<u8> {
    let names = [b"\0.rodata\0.text\0", symbol.as_bytes(), b"\0"].concat();
    let (symbols_at, names_at) = (size - 4_000, size - 3_000);
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(0x28, 0);
    bytes.extend((size as u64 - 2_000).to_le_bytes());
    bytes.resize(0x3a, 0);
    bytes.extend([64, 0, 4, 0, 3, 0]);
    bytes.resize(size, 3);
    bytes[place..place + content.len()].copy_from_slice(content);
    let mut symbols = vec![0; 24];
    symbols.extend(16_u32.to_le_bytes());
    symbols.extend([0; 4]);
    symbols.extend((place as u64 + 0x1000).to_le_bytes());
    symbols.extend([0; 8]);
    bytes[symbols_at..symbols_at + 48].copy_from_slice(&symbols);
    bytes[names_at..names_at + names.len()].copy_from_slice(&names);
    let sections = [
        (0, 0, 0, 0, 0, 0),
        (1, 1, place + 0x1000 - 100, place - 100, 100_000, 0),
        (0, 11, 0, symbols_at, 48, 3),
        (0, 3, 0, names_at, names.len(), 0),
    ];
    let mut at = size - 2_000;
    for (name, kind, address, offset, size, link) in sections {
        let mut section = u32::to_le_bytes(name).to_vec();
        section.extend(u32::to_le_bytes(kind));
        section.extend([0; 8]);
        for number in [address, offset, size] {
            section.extend((number as u64).to_le_bytes());
        }
        section.extend(u32::to_le_bytes(link));
        section.resize(64, 0);
        bytes[at..at + 64].copy_from_slice(&section);
        at += 64;
    }
    bytes
}

/// The mode that is read from these files beside an engine.
fn mode(files: &[Line]) -> Option<FlutterMode> {
    let engine = stored("lib/arm64-v8a/libflutter.so", b"");
    let lines: Vec<Line> = [engine].into_iter().chain(files.iter().cloned()).collect();
    look(zip(&lines)).package.flutter.unwrap().mode
}

#[test]
fn the_mode_of_flutter_is_told_by_its_code() {
    let asset = |name| stored(&format!("assets/flutter_assets/{name}"), b"");
    let product = snapshot("product no-dwarf_stack_traces arm64 android");
    let profile = snapshot("release no-dwarf_stack_traces arm64 android");
    let compiled = |method: fn(&str, &[u8]) -> Line, content: &[u8]| {
        method("lib/arm64-v8a/libapp.so", &[&[0; 0x200], content].concat())
    };
    assert_eq!(mode(&[asset("kernel_blob.bin")]), Some(FlutterMode::Debug));
    assert_eq!(mode(&[asset("vm_snapshot_data")]), Some(FlutterMode::Debug));
    for method in [stored, deflated] {
        let release = compiled(method, &product);
        assert_eq!(
            mode(std::slice::from_ref(&release)),
            Some(FlutterMode::Release)
        );
        assert_eq!(
            mode(&[compiled(method, &profile)]),
            Some(FlutterMode::Profile)
        );
        assert_eq!(mode(&[compiled(method, b"")]), None);
        assert_eq!(
            mode(&[release, asset("kernel_blob.bin")]),
            None,
            "it is both"
        );
    }
    assert_eq!(mode(&[asset("AssetManifest.bin")]), None);
    let other = stored("lib/x86/libapp.so", &profile);
    let phone = stored("lib/arm64-v8a/libapp.so", &product);
    assert_eq!(mode(&[other.clone(), phone]), Some(FlutterMode::Release));
    assert_eq!(mode(&[other]), Some(FlutterMode::Profile));
}

#[test]
fn a_snapshot_deep_in_a_library_is_found_by_its_symbol_or_among_the_constants() {
    let product = snapshot("product arm64");
    for (symbol, expected) in [
        ("_kDartVmSnapshotData", Some(FlutterMode::Release)),
        ("_kDartSnapshotData", Some(FlutterMode::Release)),
        // No symbol of a snapshot: the constants begin with it.
        ("_other", Some(FlutterMode::Release)),
    ] {
        let library = library(3_000_000, 1_500_000, &product, symbol);
        let lines = [
            stored("lib/arm64-v8a/libflutter.so", b""),
            stored("lib/arm64-v8a/libapp.so", &library),
            stored("assets/a", &vec![0; 400_000]),
        ];
        let source = Metered::new(Memory::new(zip(&lines)));
        let package = block_on(inspect(&source)).package;
        assert_eq!(package.flutter.unwrap().mode, expected, "{symbol}");
        assert!(source.requests() <= 9, "{}", source.requests());
        assert!(source.fetched() < 600_000, "{}", source.fetched());
    }
    let far = [vec![3; 90_000], product].concat();
    let found = |symbol| {
        let library = library(3_000_000, 1_500_000, &far, symbol);
        mode(&[stored("lib/arm64-v8a/libapp.so", &library)])
    };
    assert_eq!(found("_other"), None, "it is too far from the beginning");
    assert_eq!(found("_kDartVmSnapshotData"), None, "it is not there");
}

#[test]
fn code_that_lies_about_its_tables_costs_little() {
    let whole = library(1_000_000, 500_000, b"", "_kDartVmSnapshotData");
    let sections = whole.len() - 2_000;
    let places = [
        0x28,
        0x3c,
        sections + 64 + 24,
        sections + 128 + 24,
        sections + 128 + 40,
    ];
    let more = [
        sections + 192 + 24,
        sections + 192 + 32,
        whole.len() - 4_000 + 32,
    ];
    for at in places.into_iter().chain(more) {
        for word in [0, u64::MAX, 900_000, 1 << 40] {
            let mut broken = whole.clone();
            broken[at..at + 8].copy_from_slice(&word.to_le_bytes());
            let lines = [
                stored("lib/x86/libflutter.so", b""),
                stored("lib/x86/libapp.so", &broken),
                stored("assets/a", &vec![0; 300_000]),
            ];
            let source = Metered::new(Memory::new(zip(&lines)));
            let package = block_on(inspect(&source)).package;
            assert_eq!(package.flutter.unwrap().mode, None);
            assert!(source.requests() <= 9, "{}", source.requests());
            assert!(source.fetched() < 750_000, "{}", source.fetched());
        }
    }
}

#[test]
fn what_is_no_package_is_named_and_unknown() {
    let inspection = look(b"<html>Not found</html>".to_vec());
    assert!(why(&inspection, "package").contains("no complete zip"));
    assert!(inspection.package.signing.unknown);
    let inspection = look(zip(&[stored("readme.txt", b"")]));
    assert!(why(&inspection, "manifest").contains("AndroidManifest.xml"));
}

#[test]
fn reading_may_move_between_threads() {
    fn movable<T: Send>(value: T) -> T {
        value
    }
    let bytes = zip(&[stored("a", b"x")]);
    let inspection = block_on(movable(inspect(Memory::new(bytes.clone()))));
    assert!(inspection.package.signing.is_unsigned());
    let archive = block_on(movable(Archive::open(Memory::new(bytes)))).unwrap();
    let mut reader = block_on(movable(archive.reader(&archive.entries()[0], 1))).unwrap();
    assert_eq!(
        block_on(movable(reader.next_chunk())).unwrap().unwrap(),
        "x"
    );
}

#[test]
fn an_unreadable_scheme_leaves_the_others_known() {
    let block = signing_block(&[
        (0x7109_871a, vec![0; 4]),
        (0xf053_68c0, v3_value(b"certificate", &[])),
    ]);
    let inspection = look(signed_apk(&block));
    let signing = &inspection.package.signing;
    assert_eq!(signing.unknown_schemes, [Scheme::V2]);
    assert_eq!(signing.v3, [Digest::of(b"certificate")]);
    assert_eq!(why(&inspection, "v2 signature"), "it names no signer");
}

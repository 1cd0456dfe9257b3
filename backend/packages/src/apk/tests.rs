//! Packages made by hand, most of them by somebody with ill will. Real ones: `tests/samples.rs`.

use domain::{
    digest::Digest,
    package::{Scheme, TableFlaw},
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

//! Bundles made by hand, most of them by somebody with ill will. A real one: `tests/cases.rs`.

use domain::package::Scheme;
use futures::executor::block_on;

use super::{
    testing::{
        DEBUGGABLE, DRAWABLE, EXTRACT_NATIVE_LIBS, For, ICON, Is, LABEL, MIN_SDK, NAME, TEST_ONLY,
        VERSION_CODE, VERSION_NAME, application, attribute, bundle, bytes, element, lines,
        manifest, node, number, table,
    },
    *,
};
use crate::{
    archive::testing::{Line, deflated, stored, zip},
    source::{Memory, Metered},
};

/// The first resource of the type that the tests write.
const FIRST: u32 = 0x7f01_0000;

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

/// A bundle whose label is the first of these resources.
fn labelled(entries: &[(u64, &[For<'_>])]) -> Inspection {
    let manifest = application(&[(LABEL, Is::Reference(FIRST))]);
    look(bundle(&manifest, &table(0x7f, 1, entries)))
}

/// A bundle whose icon is the first of these resources, with files besides those that every test has.
fn pictured(entries: &[(u64, &[For<'_>])], files: Vec<Line>) -> Inspection {
    let manifest = application(&[(ICON, Is::Reference(FIRST))]);
    let mut lines = lines(&manifest, &table(0x7f, 1, entries));
    lines.extend(files);
    look(zip(&lines))
}

#[test]
fn a_manifest_of_a_real_tool_is_read_whole() {
    // Made by aapt2 2.19, `link --proto-format`; licensed CC0-1.0.
    let inspection = look(bundle(
        include_bytes!("samples/AndroidManifest.pb"),
        include_bytes!("samples/resources.pb"),
    ));
    let package = inspection.package;
    assert_eq!(package.unread, []);
    assert_eq!(package.name.as_deref(), Some("dev.demo"));
    assert_eq!(package.version_name.as_deref(), Some("1.2.3"));
    assert_eq!(package.version_code, Some(12));
    assert_eq!(package.label.as_deref(), Some("Demo App"));
    assert_eq!((package.min_sdk, package.target_sdk), (Some(24), Some(34)));
    assert_eq!(package.permissions, ["android.permission.READ_SMS"]);
    assert!(package.debuggable && package.signing.is_unsigned());
}

#[test]
fn compiled_values_count_and_written_ones_stand_in_for_them() {
    let read = |code, name, debuggable| {
        let attributes = [(VERSION_CODE, code), (VERSION_NAME, name)];
        let application = element("application", &[(DEBUGGABLE, debuggable)], &[]);
        look(bundle(&manifest(&attributes, &[application]), b"")).package
    };
    let package = read(Is::Number(12), Is::Text("1.0"), Is::Flag(true));
    assert_eq!((package.version_code, package.debuggable), (Some(12), true));
    assert_eq!(package.version_name.as_deref(), Some("1.0"));
    let package = read(Is::Written("12"), Is::Written("1.0"), Is::Written("true"));
    assert_eq!((package.version_code, package.debuggable), (Some(12), true));
    assert_eq!(package.version_name.as_deref(), Some("1.0"));
    assert_eq!(package.unread, []);
    let package = read(Is::Number(u64::MAX), Is::Styled("1.0"), Is::Flag(false));
    assert_eq!(package.version_code, Some(u64::from(u32::MAX)));
    assert_eq!(package.version_name.as_deref(), Some("1.0"));
    assert!(!package.debuggable);
    let package = read(Is::Null, Is::Themed(FIRST), Is::Written("false"));
    assert_eq!((package.version_code, package.debuggable), (None, false));
    assert_eq!((package.version_name, package.unread), (None, vec![]));
    let package = read(Is::Empty, Is::Empty, Is::Empty);
    assert_eq!((package.version_code, package.debuggable), (None, false));
    assert_eq!((package.version_name, package.unread), (None, vec![]));
    let package = read(Is::Written("twelve"), Is::Colour(1), Is::Written("yes"));
    assert_eq!(package.version_name.as_deref(), Some("as written"));
    let unread: Vec<&str> = package.unread.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(unread, ["version code", "debuggable"]);
}

#[test]
fn attributes_go_by_their_numbers_and_not_by_their_names() {
    let mut attributes = attribute("versionName", 0, Is::Written("no"));
    attributes.extend(attribute("package", LABEL, Is::Written("dev.no")));
    attributes.extend(attribute("package", 0, Is::Written("dev.yes")));
    attributes.extend(attribute("x", VERSION_NAME, Is::Written("yes")));
    let package = look(bundle(&node("manifest", &attributes, &[]), b"")).package;
    assert_eq!(package.version_name.as_deref(), Some("yes"));
    assert_eq!(package.name.as_deref(), Some("dev.yes"));
}

#[test]
fn the_launchers_label_stands_in_for_the_applications() {
    let launcher = Is::Written("android.intent.category.LAUNCHER");
    let category = element("category", &[(NAME, launcher)], &[]);
    let filter = element("intent-filter", &[], &[category]);
    let other = element("activity", &[(LABEL, Is::Text("Other"))], &[]);
    let shown = element(
        "activity",
        &[(LABEL, Is::Text("Wal\u{202e}let"))],
        &[filter],
    );
    let application = element(
        "application",
        &[(TEST_ONLY, Is::Flag(true))],
        &[other, shown],
    );
    let package = look(bundle(&manifest(&[], &[application]), b"")).package;
    assert_eq!(package.label.as_deref(), Some("Wallet"));
    assert!(package.test_only);
}

#[test]
fn a_label_is_that_of_a_device_without_preferences() {
    let label = |values: &[For<'_>]| labelled(&[(0, values)]).package.label;
    let korean = For("ko", 0, Is::Text("지갑"));
    let british = For("en-GB", 0, Is::Text("Purse"));
    let english = For("en", 0, Is::Text("Wallet!"));
    let plain = For("", 0, Is::Text("Wallet"));
    let dense = For("", 480, Is::Text("Dense"));
    assert_eq!(
        label(&[korean, british, english, dense, plain]).as_deref(),
        Some("Wallet")
    );
    assert_eq!(
        label(&[korean, british, english]).as_deref(),
        Some("Wallet!")
    );
    assert_eq!(label(&[korean, british]).as_deref(), Some("Purse"));
    assert_eq!(label(&[korean]).as_deref(), Some("지갑"));

    let led = [For("", 0, Is::Reference(FIRST + 5))];
    let inspection = labelled(&[(5, &[plain]), (0, &led)]);
    assert_eq!(inspection.package.label.as_deref(), Some("Wallet"));
    assert_eq!(inspection.package.unread, []);
}

#[test]
fn a_reference_to_nothing_or_in_a_circle_is_named() {
    let to = |id| [For("", 0, Is::Reference(id))];
    let circle = labelled(&[(0, &to(FIRST + 1)), (1, &to(FIRST))]);
    assert!(why(&circle, "label").contains("circle"));
    for missing in [FIRST + 1, FIRST + 0x1_0000, 0x7e01_0000, 0] {
        assert!(why(&labelled(&[(0, &to(missing))]), "label").contains("not there"));
    }
    assert!(why(&labelled(&[(0, &to(0x0104_0001))]), "label").contains("Android's own"));
    assert!(why(&labelled(&[]), "label").contains("not there"));
    let manifest = application(&[(LABEL, Is::Reference(FIRST))]);
    let tableless = look(zip(&lines(&manifest, b"")[..1]));
    assert!(why(&tableless, "resources").contains("holds no"));
    assert_eq!(tableless.package.version_code, Some(7), "the rest is read");
}

#[test]
fn the_densest_bitmap_of_the_module_is_the_icon() {
    let files = |values: &[For<'_>]| pictured(&[(0, values)], vec![]);
    let inspection = files(&[
        For("", 160, Is::File("res/low.png")),
        For("", 640, Is::File("res/high.png")),
        For("", 0xfffe, Is::File("res/drawing.xml")),
    ]);
    assert_eq!(
        inspection.icon.as_deref(),
        Some(&b"\x89PNG\r\n\x1a\nhigh"[..])
    );
    let inspection = files(&[For("", 0, Is::File("../res/high.png"))]);
    assert!(why(&inspection, "icon").contains("holds no"));
    let inspection = files(&[For("", 0, Is::Colour(1))]);
    assert!(why(&inspection, "icon").contains("not there"));
}

#[test]
fn an_adaptive_icon_shows_its_foreground() {
    let layer = |name, id| element(name, &[(DRAWABLE, Is::Reference(id))], &[]);
    let drawing = element(
        "adaptive-icon",
        &[],
        &[
            layer("background", FIRST + 1),
            layer("foreground", FIRST + 2),
        ],
    );
    let entries: [(u64, &[For<'_>]); 3] = [
        (0, &[For("", 0xfffe, Is::File("res/icon.xml"))]),
        (1, &[For("", 160, Is::File("res/low.png"))]),
        (2, &[For("", 160, Is::File("res/high.png"))]),
    ];
    let inspection = pictured(&entries, vec![stored("base/res/icon.xml", &drawing)]);
    assert_eq!(inspection.package.unread, []);
    assert_eq!(
        inspection.icon.as_deref(),
        Some(&b"\x89PNG\r\n\x1a\nhigh"[..])
    );
    let circle = element("adaptive-icon", &[], &[layer("foreground", FIRST)]);
    for drawing in [circle, b"no xml".to_vec(), element("vector", &[], &[])] {
        let inspection = pictured(&entries[..1], vec![stored("base/res/icon.xml", &drawing)]);
        assert_eq!(why(&inspection, "icon"), "it is a drawing and no bitmap");
    }
}

/// A 64-bit library of one segment with this alignment.
fn library(alignment: u64) -> Vec<u8> {
    let mut library = b"\x7fELF\x02\x01\x01".to_vec();
    library.resize(0x20, 0);
    library.extend(64_u64.to_le_bytes());
    library.resize(0x36, 0);
    library.extend([56, 0, 1, 0]);
    library.resize(64, 0);
    library.extend([1, 0, 0, 0]);
    library.resize(64 + 48, 0);
    library.extend(alignment.to_le_bytes());
    library
}

#[test]
fn every_module_has_native_code() {
    let library = library(4096);
    let lines = [
        deflated("base/lib/arm64-v8a/liba.so", &library),
        deflated("maps/lib/x86_64/libmaps.so", &library),
        stored("base/lib/armeabi-v7a/liba.so", &library),
        deflated("BUNDLE-METADATA/lib/mips/liba.so", &library),
        deflated("META-INF/lib/mips/liba.so", &library),
        deflated("base/assets/lib/mips/liba.so", &library),
        deflated("lib/x86/liba.so", &library),
    ];
    let package = look(zip(&lines)).package;
    assert_eq!(package.abis, ["arm64-v8a", "armeabi-v7a", "x86_64"]);
    let pages = package.small_pages.unwrap();
    assert_eq!(
        pages.libraries,
        ["base/lib/arm64-v8a/liba.so", "maps/lib/x86_64/libmaps.so"]
    );
    assert_eq!((pages.more, pages.unchecked), (0, 0));
}

#[test]
fn where_a_library_lies_in_a_bundle_does_not_matter() {
    let mapped = element(
        "application",
        &[(EXTRACT_NATIVE_LIBS, Is::Flag(false))],
        &[],
    );
    let mut lines = lines(&manifest(&[], &[mapped]), b"");
    lines.push(stored("base/lib/arm64-v8a/liba.so", &library(16384)));
    lines.push(deflated("resources.arsc", b"table"));
    let package = look(zip(&lines)).package;
    assert_eq!((package.small_pages, package.resource_table), (None, None));
}

#[test]
fn flutter_is_looked_for_in_the_base() {
    let engine = b"..\x003.9.2 (stable) (Wed Aug 27) on \"android_arm64\"";
    let package = look(zip(&[deflated("base/lib/arm64-v8a/libflutter.so", engine)])).package;
    assert_eq!(
        package.flutter.unwrap().dart_version.as_deref(),
        Some("3.9.2")
    );
    let assets = look(zip(&[stored("base/assets/flutter_assets/fonts", b"")])).package;
    assert!(assets.flutter.is_some());
    let elsewhere = look(zip(&[stored("assets/flutter_assets/fonts", b"")])).package;
    assert!(elsewhere.flutter.is_none());
}

#[test]
fn only_the_signature_of_a_jar_is_looked_for() {
    let mut files = lines(&application(&[]), b"");
    let block = b"\x18\0\0\0\0\0\0\0\xff\0\0\0\0\0\0\0APK Sig Block 42";
    let unsigned = look(crate::archive::testing::zip_with(&files, block));
    assert!(unsigned.package.signing.is_unsigned());
    assert_eq!(unsigned.package.unread, []);
    files.push(stored("META-INF/UPLOAD.SF", b""));
    files.push(stored("META-INF/UPLOAD.RSA", &[0x30; 50]));
    let broken = look(zip(&files));
    assert_eq!(broken.package.signing.unknown_schemes, [Scheme::V1]);
    assert_ne!(why(&broken, "v1 signature"), "");
}

#[test]
fn a_manifest_nested_without_end_is_refused_and_its_beginning_stands() {
    let nested = |depth| {
        let mut deep = element("deeper", &[], &[]);
        for _ in 2..depth {
            deep = element("deeper", &[], &[deep]);
        }
        look(bundle(&manifest(&[], &[deep]), b""))
    };
    assert_eq!(nested(64).package.unread, []);
    for depth in [65, 2_000] {
        let inspection = nested(depth);
        assert_eq!(why(&inspection, "manifest"), "it is nested too deeply");
        let name = inspection.package.name.as_deref();
        assert_eq!(name, Some("dev.example.wallet"));
    }
}

#[test]
fn a_manifest_that_is_none_is_named() {
    for (nonsense, reason) in [
        (b"".to_vec(), "no XML of a bundle"),
        (bytes(2, b"text"), "no XML of a bundle"),
        (number(1, 7), "unexpected form"),
        (b"\x03\0\x08\0".to_vec(), "no valid number"),
        (b"\x0a\x7fx".to_vec(), "ends too early"),
    ] {
        let inspection = look(bundle(&nonsense, b""));
        assert!(
            why(&inspection, "manifest").contains(reason),
            "{nonsense:?}"
        );
        assert_eq!(inspection.package.name, None);
    }
    let broken = [attribute("x", LABEL, Is::Text("a")), bytes(4, b"\x0b")].concat();
    let inspection = look(bundle(&node("manifest", &broken, &[]), b""));
    assert!(why(&inspection, "manifest").contains("unknown form"));
    assert_eq!(inspection.package.compared_version_code(), None);
}

#[test]
fn what_is_oversized_is_not_unpacked() {
    let bomb = deflated("base/manifest/AndroidManifest.xml", &vec![0; 5_000_000]);
    assert!(why(&look(zip(&[bomb])), "manifest").contains("larger than"));
    let files = |size| {
        let manifest = application(&[(LABEL, Is::Reference(FIRST))]);
        let manifest = stored("base/manifest/AndroidManifest.xml", &manifest);
        look(zip(&[
            manifest,
            deflated("base/resources.pb", &vec![0; size]),
        ]))
    };
    assert!(why(&files((16 << 20) + 1), "resources").contains("larger than"));
    assert!(why(&files(16 << 20), "resources").contains("no valid number"));
}

#[test]
fn a_table_of_too_many_resources_is_not_kept() {
    let entries = bytes(3, b"").repeat(400_001);
    let table = bytes(2, &bytes(3, &entries));
    let manifest = application(&[(LABEL, Is::Reference(FIRST))]);
    let inspection = look(bundle(&manifest, &table));
    assert!(why(&inspection, "resources").contains("too many"));
}

#[test]
fn one_resource_of_very_many_values_costs_little() {
    let mut values = vec![For("", 160, Is::Reference(FIRST)); 20_000];
    values.push(For("", 640, Is::File("res/high.png")));
    let inspection = pictured(&[(0, &values)], vec![]);
    assert!(why(&inspection, "icon").contains("circle"));
}

#[test]
fn text_that_hides_is_not_shown_as_it_is() {
    let hostile = "a\u{202e}\n\u{1b}[31m\u{200b}c";
    let permission = element("uses-permission", &[(NAME, Is::Written(hostile))], &[]);
    let label = [(LABEL, Is::Text(hostile))];
    let children = [permission, element("application", &label, &[])];
    let inspection = look(bundle(
        &manifest(&[(VERSION_NAME, Is::Styled(hostile))], &children),
        b"",
    ));
    let package = &inspection.package;
    assert_eq!(package.label.as_deref(), Some("a[31mc"));
    assert_eq!(package.version_name.as_deref(), Some("a[31mc"));
    assert!(package.permissions.is_empty());
    assert!(why(&inspection, "permissions").contains("not shown"));

    let mut broken = application(&[(LABEL, Is::Text("Wal__let"))]);
    let at = broken.windows(2).position(|two| two == b"__").unwrap();
    broken[at..at + 2].copy_from_slice(&[0xed, 0xa0]);
    let label = look(bundle(&broken, b"")).package.label;
    assert_eq!(label.as_deref(), Some("Wal\u{fffd}\u{fffd}let"));
}

#[test]
fn a_package_is_no_bundle() {
    let inspection = look(zip(&[stored("AndroidManifest.xml", b"")]));
    assert!(why(&inspection, "manifest").contains("base/manifest/AndroidManifest.xml"));
    let inspection = look(b"<html>Not found</html>".to_vec());
    assert!(why(&inspection, "package").contains("no complete zip"));
    assert!(inspection.package.signing.unknown);
}

#[test]
fn a_large_bundle_costs_few_requests() {
    let noise = |size: usize| {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_le_bytes()[3]
        };
        (0..size).map(|_| next()).collect::<Vec<u8>>()
    };
    let mut files = vec![stored("base/assets/a", &noise(3_000_000))];
    let reference = application(&[
        (LABEL, Is::Reference(FIRST)),
        (ICON, Is::Reference(FIRST + 1)),
    ]);
    let entries: [(u64, &[For<'_>]); 2] = [
        (0, &[For("", 0, Is::Text("Wallet"))]),
        (1, &[For("", 160, Is::File("res/high.png"))]),
    ];
    files.extend(lines(&reference, &table(0x7f, 1, &entries)));
    for library in ["libflutter.so", "libapp.so", "liba.so"] {
        for abi in ["arm64-v8a", "armeabi-v7a", "x86_64"] {
            let name = format!("base/lib/{abi}/{library}");
            files.push(deflated(&name, &noise(2_000_000)));
        }
    }
    let source = Metered::new(Memory::new(zip(&files)));
    let package = block_on(inspect(&source)).package;
    assert_eq!(package.label.as_deref(), Some("Wallet"));
    assert!(package.icon.is_some());
    assert!(source.requests() <= 12, "{}", source.requests());
    assert!(source.fetched() < 1_200_000, "{}", source.fetched());
}

#[test]
fn a_version_under_development_is_known_by_its_codename() {
    let sdk = element("uses-sdk", &[(MIN_SDK, Is::Written("Baklava"))], &[]);
    let package = look(bundle(&manifest(&[], &[sdk]), b"")).package;
    assert_eq!(package.min_sdk_codename.as_deref(), Some("Baklava"));
}

//! Small packages of `tests/cases`, each for one peculiarity that real packages have.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::{
    install::{InstallWarning, Installation},
    package::{FlutterMode, Package, SmallPages},
};
use futures::executor::block_on;
use packages::{
    apk::{self, Inspection},
    bundle,
    source::LocalFile,
};

fn open(name: &str) -> LocalFile {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    LocalFile::open(folder.join(name)).unwrap()
}

fn look(name: &str) -> Inspection {
    block_on(apk::inspect(open(name)))
}

fn package(name: &str) -> Package {
    look(name).package
}

#[test]
fn a_v1_certificate_is_found_however_its_issuer_is_written() {
    let reencoded = package("v1-issuer-reencoded.apk");
    assert_eq!(reencoded.unread, []);
    assert_eq!(reencoded.signing.v1.len(), 1);
    assert_eq!(reencoded.signing, package("v1-same-encoding.apk").signing);
}

#[test]
fn an_icon_in_a_sparse_resource_table_is_found() {
    let inspection = look("sparse-icon.apk");
    assert_eq!(inspection.package.unread, []);
    assert!(inspection.icon.is_some());
}

#[test]
fn the_foreground_of_an_adaptive_icon_is_shown() {
    let inspection = look("adaptive-only.apk");
    assert_eq!(inspection.package.unread, []);
    assert_eq!(inspection.package.icon.unwrap().content_type, "image/png");
    let inspection = look("xml-icon-plain.apk");
    assert_eq!(inspection.package.unread[0].what, "icon");
}

#[test]
fn what_every_phone_refuses_is_forecast() {
    let forecast = |name: &str| {
        let package = package(name);
        let forecast = Installation::of(&package).forecast().into_iter();
        forecast.map(|it| it.warning).collect::<Vec<_>>()
    };
    assert_eq!(forecast("test-only.apk"), [InstallWarning::TestOnly]);
    let split = "config.de".to_owned();
    assert_eq!(
        forecast("split.apk"),
        [InstallWarning::SplitAlone { split }]
    );
    assert_eq!(
        forecast("v1-only-target34.apk"),
        [InstallWarning::OnlyV1Signature]
    );
    let tests = package("app-debug-androidTest.apk");
    assert_eq!(tests.instruments.as_deref(), Some("dev.example.case"));
    assert_eq!(package("split.apk").instruments, None);
}

#[test]
fn a_bundle_says_what_the_package_of_the_same_app_says() {
    let (apk, aab) = (
        look("wallet.apk"),
        block_on(bundle::inspect(open("wallet.aab"))),
    );
    assert!(apk.icon.is_some());
    assert_eq!(aab.icon, apk.icon);
    let (apk, mut aab) = (apk.package, aab.package);
    assert_eq!(apk.unread, []);
    assert_eq!(apk.label.as_deref(), Some("Wallet"));
    assert_eq!(apk.version_code, Some((1 << 32) + 42));
    assert_eq!(aab.signing.v1, apk.signing.v2);
    aab.signing = apk.signing.clone();
    let flutter = apk.flutter.as_ref().unwrap();
    assert_eq!(flutter.mode, Some(FlutterMode::Release));
    let named = |library: &str| SmallPages {
        libraries: vec![library.to_owned()],
        ..SmallPages::default()
    };
    let pages = aab.small_pages.replace(named("arm64-v8a/libold.so"));
    assert_eq!(pages, Some(named("base/lib/arm64-v8a/libold.so")));
    assert_eq!(aab, apk);
}

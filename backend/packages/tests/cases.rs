//! Small packages of `tests/cases`, each for one peculiarity that real packages have.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::{
    install::{InstallWarning, Installation},
    package::Package,
};
use futures::executor::block_on;
use packages::{
    apk::{Inspection, inspect},
    source::LocalFile,
};

fn look(name: &str) -> Inspection {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    block_on(inspect(LocalFile::open(folder.join(name)).unwrap()))
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

//! Real and realistic packages, read here and by Android's own tools: both must say the same.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::{collections::BTreeSet, process::Command};

use common::{folder, path};
use domain::{digest::Digest, package::Package};
use futures::executor::block_on;
use packages::{
    apk::{Inspection, inspect},
    source::{LocalFile, Metered, ReadAt as _},
};

/// What is read from a sample.
fn look(name: &str) -> Inspection {
    block_on(inspect(LocalFile::open(path(name)).unwrap()))
}

/// Names of all samples that are packages.
fn samples() -> Vec<String> {
    path("wallet-1.0.0.apk");
    let files = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path());
    let packages = files.filter(|file| file.extension().is_some_and(|ending| ending == "apk"));
    let names = packages.map(|file| file.file_name().unwrap().to_str().unwrap().to_owned());
    let broken = ["truncated.apk", "not-a-package.apk", "no-manifest.apk"];
    names
        .filter(|name| !broken.contains(&name.as_str()))
        .collect()
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}: run tests/setup test"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The value of `key='…'` in a line of `aapt dump badging`.
fn quoted<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!("{key}='"))?;
    rest.split('\'').next()
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What aapt says, in our words. It knows no versionCodeMajor.
fn badging(name: &str) -> Package {
    let text = run("aapt", &["dump", "badging", path(name).to_str().unwrap()]);
    let mut package = Package::default();
    let mut permissions = BTreeSet::new();
    let mut abis = BTreeSet::new();
    for line in text.lines() {
        let value = line
            .split_once(":'")
            .and_then(|(_, rest)| rest.strip_suffix('\''));
        if line.starts_with("package:") {
            package.name = quoted(line, " name").and_then(some);
            package.version_code = quoted(line, "versionCode").and_then(|code| code.parse().ok());
            package.version_name = quoted(line, "versionName").and_then(some);
        } else if line.starts_with("sdkVersion:") {
            package.min_sdk = value.and_then(|level| level.parse().ok());
        } else if line.starts_with("targetSdkVersion:") {
            package.target_sdk = value.and_then(|level| level.parse().ok());
        } else if line.starts_with("application-label:") {
            package.label = value.and_then(some);
        } else if line == "application-debuggable" {
            package.debuggable = true;
        } else if line.starts_with("testOnly=") {
            package.test_only = true;
        } else if line.starts_with("uses-permission:")
            || line.starts_with("uses-permission-sdk-23:")
        {
            permissions.extend(quoted(line, " name").map(str::to_owned));
        } else if line.starts_with("uses-implied-permission:") {
            // What Android adds to those that are asked for. aapt lists it among them first.
            permissions.remove(quoted(line, " name").unwrap_or_default());
        } else if line.starts_with("native-code:") || line.starts_with("alt-native-code:") {
            abis.extend(line.split('\'').skip(1).step_by(2).map(str::to_owned));
        }
    }
    package.permissions = permissions.into_iter().collect();
    package.abis = abis.into_iter().collect();
    package
}

/// Runs `test` for every sample on two threads.
fn for_all_samples(test: impl Fn(&str) + Sync) {
    let names = samples();
    let (first, second) = names.split_at(names.len() / 2);
    std::thread::scope(|scope| {
        for half in [first, second] {
            scope.spawn(|| half.iter().for_each(|name| test(name)));
        }
    });
}

#[test]
fn we_say_what_aapt_says() {
    for_all_samples(|name| {
        let ours = look(name).package;
        assert_eq!(ours.unread, [], "{name}");
        let ours = Package {
            version_code: ours.version_code.map(|code| code & 0xffff_ffff),
            icon: None,
            service_permissions: Vec::new(),
            flutter: None,
            instruments: None,
            resource_table: None,
            small_pages: None,
            signing: domain::package::Signing::default(),
            ..ours
        };
        assert_eq!(ours, badging(name), "{name}");
    });
}

#[test]
fn we_name_the_certificates_that_apksigner_names() {
    for_all_samples(|name| {
        let signing = look(name).package.signing;
        let text = run(
            "apksigner",
            &["verify", "--print-certs", path(name).to_str().unwrap()],
        );
        let theirs: BTreeSet<Digest> = text
            .lines()
            .filter_map(|line| line.split_once("certificate SHA-256 digest: "))
            .map(|(_, digest)| digest.parse().unwrap())
            .collect();
        let ours: BTreeSet<Digest> = signing.newest().unwrap().iter().copied().collect();
        assert_eq!(ours, theirs, "{name}");
        assert_eq!(signing.is_unsigned(), theirs.is_empty(), "{name}");
    });
}

#[test]
fn each_signature_scheme_is_told_from_the_others() {
    let schemes = |name| {
        let signing = look(name).package.signing;
        [&signing.v1, &signing.v2, &signing.v3].map(Vec::len)
    };
    assert_eq!(schemes("signed-v1.apk"), [1, 0, 0]);
    assert_eq!(schemes("signed-v2.apk"), [0, 1, 0]);
    assert_eq!(schemes("signed-v3.apk"), [0, 0, 1]);
    assert_eq!(schemes("signed-v1-v2-v3.apk"), [1, 1, 1]);
    assert_eq!(schemes("wallet-1.2.1-unsigned.apk"), [0, 0, 0]);
}

#[test]
fn a_rotated_key_is_followed_back_to_the_old_certificate() {
    let before = look("wallet-1.2.0.apk").package.signing;
    let after = look("wallet-1.4.0-rotated.apk").package.signing;
    assert_eq!(after.v1, before.v3);
    assert_eq!(after.v2, before.v3);
    assert_ne!(after.v3, before.v3);
    assert_eq!(after.lineage, [before.v3, after.v3].concat());
}

#[test]
fn what_services_ask_of_whoever_binds_them_is_read() {
    let asked = |name| look(name).package.service_permissions;
    let accessibility = "android.permission.BIND_ACCESSIBILITY_SERVICE";
    assert_eq!(asked("apidemos-3.0.0.apk"), [accessibility]);
    assert_eq!(asked("plain.apk"), [""; 0]);
}

#[test]
fn a_long_version_code_keeps_both_halves() {
    assert_eq!(
        look("long-version-code.apk").package.version_code,
        Some(3 << 32 | 7)
    );
}

#[test]
fn every_icon_is_a_bitmap_that_is_in_the_package() {
    for name in [
        "wallet-1.0.0.apk",
        "settings-8.0.10.apk",
        "apidemos-5.0.0.apk",
    ] {
        let inspection = look(name);
        let (icon, bytes) = (inspection.package.icon.unwrap(), inspection.icon.unwrap());
        assert_eq!(icon.digest, Digest::of(&bytes), "{name}");
        assert_eq!(icon.size, bytes.len() as u64, "{name}");
    }
}

#[test]
fn flutter_and_its_engine_are_recognised() {
    for name in ["wallet-1.0.0.apk", "compressed-engine.apk", "big.apk"] {
        let flutter = look(name).package.flutter.unwrap();
        assert_eq!(flutter.dart_version.as_deref(), Some("3.9.2"), "{name}");
    }
    assert_eq!(look("plain.apk").package.flutter, None);
    assert_eq!(look("settings-8.0.10.apk").package.flutter, None);
}

#[test]
fn a_test_package_names_what_it_tests() {
    let tested = |name| look(name).package.instruments;
    assert_eq!(
        tested("espresso-server-9.3.6.apk").as_deref(),
        Some("io.appium.espressoserver")
    );
    assert_eq!(tested("wallet-1.0.0.apk"), None);
}

#[test]
fn a_large_package_costs_less_than_a_hundredth_of_its_bytes() {
    let source = Metered::new(LocalFile::open(path("big.apk")).unwrap());
    let package = block_on(inspect(&source)).package;
    assert_eq!(package.version_name.as_deref(), Some("9.0.0"));
    assert!(source.size() > 60_000_000);
    assert!(
        source.fetched() * 100 <= source.size(),
        "{} bytes",
        source.fetched()
    );
    assert!(source.requests() <= 8, "{} requests", source.requests());
}

#[test]
fn broken_uploads_are_named_and_never_taken_for_unsigned() {
    for name in ["truncated.apk", "not-a-package.apk"] {
        let package = look(name).package;
        assert_eq!(package.unread[0].what, "package", "{name}");
        assert!(package.signing.unknown, "{name}");
    }
    assert_eq!(look("no-manifest.apk").package.unread[0].what, "manifest");
}

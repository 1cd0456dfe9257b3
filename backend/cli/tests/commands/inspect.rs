//! Inspecting packages, without a portal and from one.

use std::path::PathBuf;

use serde_json::Value;
use testkit::apk::{apk, signed_by};

use crate::portal::{Portal, Typed, towpath, typed};

fn case(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packages/tests/cases");
    folder.join(name).display().to_string()
}

fn inspect(arguments: &[&str]) -> Typed {
    let folder = std::env::temp_dir();
    typed(towpath(&folder).arg("inspect").args(arguments))
}

fn json(arguments: &[&str]) -> Value {
    let done = inspect(&[arguments, &["--json"]].concat());
    serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {}", done.err))
}

#[test]
fn a_package_is_read_and_what_stands_against_it_told() {
    let package = case("v1-only-target34.apk");
    let told = inspect(&[&package]);
    assert_eq!(told.code, 0, "{}", told.err);
    let certificate = "48:F4:00:C3:B0:1C:8D:3E:E7:F6:66:49:7E:36:99:F5:BA:27:12:7D:D5:AD:25:7E:20:2B:04:7D:DF:88:C0:EE";
    for line in [
        "application    dev.example.case",
        "version        1.0 (1)",
        "needs          Android 7.0 or newer",
        certificate,
        "may refuse     Signed with scheme v1 only: Android 11 and newer refuse it.",
        "https://developer.android.com/about/versions/11/",
    ] {
        assert!(told.out.contains(line), "{line}: {}", told.out);
    }
    let [file] = json(&[&package])["files"]
        .as_array()
        .unwrap()
        .clone()
        .try_into()
        .unwrap();
    assert_eq!(file["package"]["name"], "dev.example.case");
    let [rule] = file["forecast"]
        .as_array()
        .unwrap()
        .clone()
        .try_into()
        .unwrap();
    assert_eq!(rule["kind"], "only-v1-signature");
    assert_eq!(rule["severity"], "may-refuse");
    assert_eq!(rule["since_api"], 30);
}

#[test]
fn the_exit_code_says_whether_something_is_as_bad_as_that() {
    let (debug, split, v1) = (
        case("app-debug-androidTest.apk"),
        case("split.apk"),
        case("v1-only-target34.apk"),
    );
    for (package, severity, code) in [
        (&debug, "note", 5),
        (&debug, "warns", 0),
        (&v1, "warns", 5),
        (&v1, "may-refuse", 5),
        (&v1, "refuses", 0),
        (&split, "refuses", 5),
    ] {
        let done = inspect(&[package, "--fail-on", severity]);
        assert_eq!(done.code, code, "{package} {severity}: {}", done.err);
    }
    assert_eq!(inspect(&[&split]).code, 0, "nothing is asked for");
    assert_eq!(inspect(&[&split, "--fail-on", "all"]).code, 2);
}

#[test]
fn a_folder_is_all_of_its_packages() {
    let all = json(&[&case("")]);
    let files = all["files"].as_array().unwrap();
    let there = std::fs::read_dir(case("")).unwrap();
    let names = there.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(
        files.len(),
        names.filter(|name| name != "ORIGIN.md").count()
    );
    let none = tempfile::tempdir().unwrap();
    let told = inspect(&[none.path().to_str().unwrap()]);
    assert_eq!(told.code, 4);
    assert!(
        told.err.contains("holds no .apk and no .aab"),
        "{}",
        told.err
    );
}

#[test]
fn what_is_no_package_is_refused_whatever_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.apk");
    let name = path.to_str().unwrap();
    for content in [
        &b""[..],
        b"version https://git-lfs.github.com/spec/v1\n",
        &[0; 7_000],
    ] {
        std::fs::write(&path, content).unwrap();
        let told = inspect(&[name]);
        assert_eq!(told.code, 5, "{}", told.out);
        assert!(
            told.err.contains("is no Android package that can be read"),
            "{}",
            told.err
        );
    }
    assert_eq!(inspect(&["no/such.apk"]).code, 4);
}

#[test]
fn an_update_is_compared_with_what_phones_have() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: Vec<u8>| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let now = file("now.apk", apk(b"now"));
    let other = file("other.apk", signed_by(b"another certificate", b"before"));
    let same = file("same.apk", apk(b"before"));
    let of = |before: &str| json(&[&now, "--before", before])["files"][0]["forecast"].clone();
    assert_eq!(of(&other)[0]["kind"], "signature-differs");
    assert_eq!(of(&same), Value::Array(Vec::new()));
    // What cannot be compared with is no reason to say that nothing stands against an update.
    let text = file("text.apk", b"text".to_vec());
    let folder = folder.path().to_str().unwrap();
    for (before, code) in [
        (text.as_str(), 5),
        (&case("wallet.aab"), 5),
        (folder, 5),
        ("no/such.apk", 4),
    ] {
        let told = inspect(&[&now, "--before", before]);
        assert_eq!(
            (told.code, told.out.as_str()),
            (code, ""),
            "{before}: {}",
            told.err
        );
    }
}

#[test]
fn packages_deep_in_a_folder_and_links_to_packages_count() {
    let folder = tempfile::tempdir().unwrap();
    let deep = (0..40).fold(folder.path().to_owned(), |path, _| path.join("d"));
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("deep.apk"), apk(b"deep")).unwrap();
    std::os::unix::fs::symlink(case("split.apk"), folder.path().join("link.apk")).unwrap();
    std::os::unix::fs::symlink(folder.path(), deep.join("round")).unwrap();
    let root = folder.path().to_str().unwrap();
    assert_eq!(json(&[root])["files"].as_array().unwrap().len(), 2);
    assert_eq!(inspect(&[root, "--fail-on", "refuses"]).code, 5);
    let deeper = (0..20).fold(deep, |path, _| path.join("d"));
    std::fs::create_dir_all(deeper).unwrap();
    let told = inspect(&[root]);
    assert_eq!(told.code, 5);
    assert!(told.err.contains("is too deep"), "{}", told.err);
}

#[test]
fn a_package_at_an_address_is_read_by_ranges_through_redirects() {
    let portal = Portal::start();
    portal.file("app.apk", 5_000_000);
    portal.pushes(&["app.apk"]);
    let latest = format!("{}/wallet/dev/latest.apk", portal.url);
    let read = json(&[&latest]);
    assert_eq!(read["files"][0]["size"], 5_000_000);
    assert_eq!(read["files"][0]["package"]["name"], "dev.example.wallet");
    let nothing = inspect(&[&format!("{}/wallet/dev/none.apk", portal.url)]);
    assert_eq!(nothing.code, 4, "{}", nothing.err);
    let page = inspect(&[&format!("{}/wallet/dev", portal.url)]);
    assert_eq!(page.code, 5, "{}", page.err);
    assert!(page.err.contains("gives no ranges"), "{}", page.err);
    assert_eq!(inspect(&["http://127.0.0.1:1/app.apk"]).code, 3);
}

#[test]
fn a_bundle_is_read_and_told_to_be_none_that_phones_install() {
    let bundle = case("wallet.aab");
    let told = inspect(&[&bundle, "--fail-on", "note"]);
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(
        told.out.contains("application    dev.example.wallet"),
        "{}",
        told.out
    );
    assert!(
        told.out
            .contains("no: it is a bundle: install the APK of the same build"),
        "{}",
        told.out
    );
}

//! Fetching the newest package.

use std::path::Path;

use testkit::apk::apk_of_size;

use crate::{
    flaky::{Behaviour, Flaky},
    portal::{Portal, typed},
};

const LATEST: [&str; 5] = ["latest", "--app", "wallet", "--environment", "dev"];

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_bytes_come_out_as_they_went_in() {
    let portal = Portal::start();
    portal.file("app.apk", 100_000);
    portal.pushes(&["app.apk"]);
    let saved = portal.types(&[&LATEST[..], &["--output", "saved.apk"]].concat());
    assert_eq!(saved.code, 0, "{}", saved.err);
    assert!(
        saved.out.starts_with("saved.apk (100 kB, sha256 "),
        "{}",
        saved.out
    );
    assert_eq!(
        std::fs::read(portal.path("saved.apk")).unwrap(),
        apk_of_size(100_000)
    );

    let told = portal.json(
        &[
            &LATEST[..],
            &["--output", "again.apk", "--abi", "arm64-v8a"],
        ]
        .concat(),
    );
    assert_eq!(
        (&told["size"], &told["name"]),
        (&100_000.into(), &"app.apk".into())
    );

    std::fs::remove_file(portal.path("app.apk")).unwrap();
    assert_eq!(portal.types(&LATEST).code, 0, "under its own name");
    assert_eq!(
        std::fs::read(portal.path("app.apk")).unwrap(),
        apk_of_size(100_000)
    );

    let mut piped = crate::portal::towpath(portal.folder.path());
    let piped = piped
        .args(["--url", &portal.url])
        .args(LATEST)
        .args(["--output", "-"])
        .output()
        .unwrap();
    assert_eq!(piped.stdout, apk_of_size(100_000));
    assert_eq!(piped.stderr, b"");
}

#[test]
fn a_wrong_byte_is_noticed_and_nothing_is_left() {
    let portal = Portal::start();
    portal.file("app.apk", 100_000);
    portal.pushes(&["app.apk"]);
    std::fs::write(portal.path("saved.apk"), "the one before").unwrap();
    let before = files(portal.folder.path());
    for (behaviour, says) in [
        (
            Behaviour {
                alters: true,
                ..Behaviour::default()
            },
            "do not install it",
        ),
        (
            Behaviour {
                halves: true,
                ..Behaviour::default()
            },
            "broke off",
        ),
    ] {
        let flaky = Flaky::before(&portal.url, behaviour);
        let done = portal.types_at(
            &flaky.url,
            &[&LATEST[..], &["--output", "saved.apk"]].concat(),
        );
        assert_eq!(done.code, 1, "{}", done.err);
        assert!(done.err.contains(says), "{}", done.err);
        assert!(
            !done.err.contains("X-Amz"),
            "no link in a message: {}",
            done.err
        );
        assert_eq!(
            std::fs::read(portal.path("saved.apk")).unwrap(),
            b"the one before"
        );
        assert_eq!(files(portal.folder.path()), before);
    }
}

#[test]
fn what_there_is_not_cannot_be_fetched() {
    let portal = Portal::start();
    let nothing = portal.types(&LATEST);
    assert_eq!(nothing.code, 4, "{}", nothing.err);
    portal.file("mapping.txt", 10);
    portal.pushes(&["mapping.txt"]);
    let useless = portal.types(&LATEST);
    assert_eq!(useless.code, 5, "{}", useless.err);
    assert_eq!(
        useless.err,
        "towpath: This build holds no Android package.\n"
    );
    let elsewhere = typed(
        crate::portal::towpath(portal.folder.path())
            .args(["--url", &portal.url])
            .args(LATEST)
            .args(["--output", "no/such/folder/x.apk"]),
    );
    assert_ne!(elsewhere.code, 0);
}

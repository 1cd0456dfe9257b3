//! Handing in builds.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use serde_json::Value;
use testkit::apk::unsigned_apk;

use crate::{
    flaky::{Behaviour, Flaky},
    portal::Portal,
};

#[test]
fn a_build_is_registered_released_and_known_again() {
    let portal = Portal::start();
    portal.file("app.apk", 300_000);
    portal.file("mapping.txt", 1_000);
    let first = portal.pushes(&[
        "app.apk",
        "mapping.txt",
        "--commit",
        "0a1b2c3d4e5f",
        "--message",
        "Open the lock",
    ]);
    assert_eq!(
        first.out,
        format!(
            "build 1 of wallet is registered\ncurrent in dev: {}/wallet/dev\n",
            portal.url
        )
    );
    let again = portal.pushes(&["app.apk", "mapping.txt"]);
    assert!(
        again
            .out
            .starts_with("build 1 of wallet was registered before\n"),
        "{}",
        again.out
    );
    let further = portal.types(&[
        "push",
        "app.apk",
        "mapping.txt",
        "--app",
        "wallet",
        "--environment",
        "prod",
    ]);
    assert!(
        further.out.contains("current in prod: ") && further.out.contains("current in dev: "),
        "{}",
        further.out
    );
    let overview = portal.json(&["status"]);
    let current = &overview["apps"][0]["cells"][0]["current"];
    assert_eq!(
        (&current["number"], &current["revision"]["commit"]),
        (&1.into(), &"0a1b2c3d4e5f".into())
    );
}

#[test]
fn the_same_run_and_attempt_register_one_build() {
    let portal = Portal::start();
    portal.file("a.apk", 1_000);
    portal.file("b.apk", 2_000);
    let push = |file: &str, attempt: &str| {
        portal.types(&[
            "--json",
            "push",
            file,
            "--app",
            "wallet",
            "--run",
            "github/acme/wallet/7",
            "--attempt",
            attempt,
            "--version",
            "1.2.0",
        ])
    };
    let first: Value = serde_json::from_str(&push("a.apk", "1").out).unwrap();
    assert_eq!(first["build"]["version"], "1.2.0");
    assert_eq!(
        first["releases"],
        serde_json::json!([]),
        "registered, not released"
    );
    let second: Value = serde_json::from_str(&push("b.apk", "2").out).unwrap();
    assert_eq!(second["build"]["number"], 2);
    let same: Value = serde_json::from_str(&push("a.apk", "1").out).unwrap();
    assert_eq!(same["build"]["id"], first["build"]["id"]);
}

#[test]
fn a_broken_upload_continues_where_it_stopped() {
    let portal = Portal::start();
    portal.file("large.apk", (64 << 20) + 12_345); // nine parts of 8 MiB
    let flaky = Flaky::before(
        &portal.url,
        Behaviour {
            allowance: AtomicI64::new(40 << 20),
            ..Behaviour::default()
        },
    );
    let push = [
        "push",
        "large.apk",
        "--app",
        "wallet",
        "--environment",
        "dev",
    ];
    let broken = portal.types_at(&flaky.url, &push);
    assert_eq!(broken.code, 1, "{}{}", broken.out, broken.err);
    assert!(
        broken.err.contains("the upload broke off") && broken.err.contains("it continues"),
        "{}",
        broken.err
    );

    flaky.behaviour.allowance.store(-1, Ordering::SeqCst);
    flaky.behaviour.puts.store(0, Ordering::SeqCst);
    let continued = portal.types_at(&flaky.url, &push);
    assert_eq!(continued.code, 0, "{}", continued.err);
    let puts = flaky.behaviour.puts.load(Ordering::SeqCst);
    assert!(
        (1..9).contains(&puts),
        "{puts} of nine parts were still missing"
    );
    assert!(
        continued.out.starts_with("build 1 of wallet"),
        "{}",
        continued.out
    );

    let saved = portal.types(&[
        "latest",
        "--app",
        "wallet",
        "--environment",
        "dev",
        "--output",
        "saved.apk",
    ]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    let same = std::fs::read(portal.path("saved.apk")).unwrap()
        == std::fs::read(portal.path("large.apk")).unwrap();
    assert!(same, "the bytes that come out are those that went in");
}

#[test]
fn a_connection_that_breaks_once_is_not_even_noticed() {
    let portal = Portal::start();
    portal.file("app.apk", 1 << 20);
    let flaky = Flaky::before(
        &portal.url,
        Behaviour {
            allowance: AtomicI64::new(500_000),
            puts: AtomicUsize::new(0),
            ..Behaviour::default()
        },
    );
    let behaviour = std::sync::Arc::clone(&flaky.behaviour);
    let mended = std::thread::spawn(move || {
        while behaviour.puts.load(Ordering::SeqCst) == 0
            || behaviour.allowance.load(Ordering::SeqCst) > 0
        {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        behaviour.allowance.store(-1, Ordering::SeqCst);
    });
    let done = portal.types_at(&flaky.url, &["push", "app.apk", "--app", "wallet"]);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    mended.join().unwrap();
    assert!(flaky.behaviour.puts.load(Ordering::SeqCst) >= 2);
}

#[test]
fn what_cannot_be_handed_in_says_why() {
    let portal = Portal::start();
    portal.file("app.apk", 1_000);
    std::fs::create_dir(portal.path("other")).unwrap();
    portal.file("other/app.apk", 2_000);
    for (arguments, code, says) in [
        (
            vec!["push", "none.apk", "--app", "wallet"],
            1,
            "none.apk cannot be read",
        ),
        (
            vec!["push", "/dev/zero", "--app", "wallet"],
            1,
            "/dev/zero cannot be read: it is no ordinary file",
        ),
        (vec!["push", "app.apk", "--app", "walet"], 4, "app walet"),
        (
            vec![
                "push",
                "app.apk",
                "--app",
                "wallet",
                "--environment",
                "moon",
            ],
            5,
            "environment",
        ),
        (
            vec!["push", "app.apk", "other/app.apk", "--app", "wallet"],
            5,
            "two files app.apk",
        ),
        (
            vec!["push", "app.apk", "--app", "Wallet"],
            2,
            "is not an app's name",
        ),
        (vec!["push", "--app", "wallet"], 2, "required"),
        (
            vec!["push", "app.apk", "--app", "wallet", "--run", "7"],
            2,
            "is not a run's identifier",
        ),
    ] {
        let done = portal.types(&arguments);
        assert_eq!(done.code, code, "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
        assert_eq!(done.out, "", "{arguments:?}");
    }
}

#[test]
fn a_push_where_a_promotion_is_asked_for_is_refused_with_what_to_do_and_can_ask_for_it() {
    let portal = Portal::with_a_path();
    portal.file("app.apk", 1_000);
    let push = |more: &[&str]| {
        let arguments = [&["push", "app.apk", "--app", "wallet"], more].concat();
        portal.types(&arguments)
    };
    let refused = push(&["--environment", "prod"]);
    assert_ne!(refused.code, 0);
    assert!(
        refused
            .err
            .contains("prod is on wallet's path: push to dev, then run towpath promote"),
        "{}",
        refused.err
    );
    let to = [
        "--environment",
        "dev",
        "--promote",
        "preprod",
        "--reason",
        "nightly",
    ];
    let promoted = push(&to);
    assert_eq!(promoted.code, 0, "{}", promoted.err);
    assert!(
        promoted.out.contains("current in dev: "),
        "{}",
        promoted.out
    );
    assert!(promoted.out.contains("preprod: "), "{}", promoted.out);
    let history = ["promotions", "--app", "wallet", "--environment", "preprod"];
    let promotions = portal.json(&history);
    assert_eq!(promotions["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_push_that_is_not_what_testers_get_says_what_they_get() {
    let portal = Portal::start();
    for (name, size) in [("a.apk", 1_000), ("b.apk", 2_000)] {
        portal.file(name, size);
        portal.pushes(&[name]);
    }
    let again = portal.pushes(&["a.apk"]);
    assert!(again.out.contains("released in dev: "), "{}", again.out);
    assert!(again.err.contains("dev serves build 2"), "{}", again.err);
}

#[test]
fn pushing_the_same_bytes_with_another_commit_says_which_one_was_kept() {
    let portal = Portal::start();
    portal.file("app.apk", 1_000);
    let first = portal.pushes(&["app.apk", "--commit", "aaaaaaaa", "--version", "1.0"]);
    assert_eq!(first.err, "");
    let again = portal.pushes(&["app.apk", "--commit", "bbbbbbbb", "--version", "1.0"]);
    let told =
        "build 1 keeps the commit that it was registered with (aaaaaaaa): bbbbbbbb is not noted";
    assert!(again.err.contains(told), "{}", again.err);
    assert!(!again.err.contains("the version"), "{}", again.err);
}

#[test]
fn what_no_device_installs_is_refused_with_the_reason_and_serves_nothing() {
    let portal = Portal::start();
    portal.file("app.apk", 1_000);
    portal.pushes(&["app.apk"]);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    let unsigned = unsigned_apk(b"an app");
    let cases: [(&[u8], &str); 3] = [
        (b"", "bad.apk is no Android package that can be read"),
        (pointer.as_bytes(), "no Android package that can be read"),
        (&unsigned, "bad.apk is not signed"),
    ];
    let push = ["push", "bad.apk", "--app", "wallet"];
    for (content, why) in cases {
        std::fs::write(portal.path("bad.apk"), content).unwrap();
        let told = portal.refuses(5, &[&push[..], &["--environment", "dev"]].concat());
        assert!(told.contains(why), "{told}");
    }
    let view = portal.json(&["builds", "--app", "wallet"]);
    assert_eq!(view["items"].as_array().unwrap().len(), 1, "{view}");
    // It may be registered, and goes nowhere.
    let kept = portal.types(&push);
    assert_eq!(kept.code, 0, "{}", kept.err);
    let told = portal.refuses(5, &[&push[..], &["--environment", "dev"]].concat());
    assert!(told.contains("bad.apk is not signed"), "{told}");
    // What claims to be no Android app is none, and is released.
    std::fs::write(portal.path("app.aab"), b"a bundle").unwrap();
    portal.pushes(&["app.aab"]);
}

#[test]
fn the_same_files_pushed_at_once_become_one_build_wherever_they_are_to_be_released() {
    let portal = Portal::start();
    for (round, pair) in [["dev", "prod"], ["dev", "dev"], ["prod", "dev"]]
        .into_iter()
        .enumerate()
    {
        let size = (20 << 20) + round;
        let name = format!("app-{round}.apk");
        portal.file(&name, size);
        let push =
            |to: &str| portal.types(&["push", &name, "--app", "wallet", "--environment", to]);
        let both = std::thread::scope(|scope| {
            let both = pair.map(|to| scope.spawn(move || push(to)));
            both.map(|one| one.join().unwrap())
        });
        let number = round + 1;
        for (to, done) in pair.into_iter().zip(both) {
            assert_eq!((done.code, done.err.as_str()), (0, ""), "{to} of {pair:?}");
            let line = format!("build {number} of wallet");
            assert!(done.out.starts_with(&line), "{}", done.out);
            assert!(
                done.out.contains(&format!("current in {to}: ")),
                "{}",
                done.out
            );
        }
    }
}

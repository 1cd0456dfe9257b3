//! Data folders that are not as they were written: `towpath serve` names what is wrong, what to do, and changes nothing.

use std::{
    fs,
    io::Read as _,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::{backup::Desk, portal::towpath};

const SERVE: [&str; 5] = ["serve", "--data", "data", "--listen", "127.0.0.1:0"];
const RECORDS: &str = "data/records.sqlite";

/// A portal's data, with all records in one file: that of a backup which was restored.
fn written_back() -> Desk {
    let desk = Desk::with_data();
    desk.says(&["backup", "make", "--data", "data", "--to", "kept"]);
    fs::remove_dir_all(desk.path("data")).unwrap();
    desk.says(&["backup", "restore", "kept", "--data", "data"]);
    assert!(!desk.path("data/records.sqlite-wal").exists());
    desk
}

/// Why a portal does not start. One that starts all the same is ended.
fn refused(desk: &Desk) -> String {
    let mut command = towpath(&desk.path(""));
    let mut child = command
        .args(SERVE)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("it started");
        }
        thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(1));
    let mut told = String::new();
    child.stderr.unwrap().read_to_string(&mut told).unwrap();
    told
}

#[test]
fn a_damaged_database_is_refused_in_words_and_left_as_it_is() {
    let desk = written_back();
    let whole = fs::read(desk.path(RECORDS)).unwrap();
    let half = whole.len() / 2;
    let overwritten = |pages: std::ops::Range<usize>| {
        let mut bytes = whole.clone();
        bytes[pages.start * 4096..pages.end * 4096].fill(0xa5);
        bytes
    };
    for (bytes, what) in [
        (whole[..whole.len() - 1].to_vec(), "its end is missing"),
        (whole[..half].to_vec(), "its end is missing"),
        (whole[..4096].to_vec(), "its end is missing"),
        (b"not a database".to_vec(), "it is no database"),
        (vec![0x5a; whole.len()], "it is no database"),
        (overwritten(0..1), "it is no database"),
        (
            [&whole[..44], &[0xff; 4], &whole[48..]].concat(),
            "its header was overwritten",
        ),
        (overwritten(3..6), "were overwritten or lost"),
        (
            overwritten(half / 4096..half / 4096 + 1),
            "were overwritten or lost",
        ),
    ] {
        fs::write(desk.path(RECORDS), &bytes).unwrap();
        let told = refused(&desk);
        assert!(told.contains("records.sqlite is damaged"), "{told}");
        assert!(told.contains(what), "{what}: {told}");
        assert!(
            told.contains("towpath backup restore BACKUP --data data"),
            "{told}"
        );
        assert!(
            !told.contains("encrypt") && !told.contains("feature"),
            "{told}"
        );
        let now = fs::read(desk.path(RECORDS)).unwrap();
        assert!(now == bytes, "{what}: it was changed");
        let told = desk.refuses(5, &["backup", "make", "--data", "data", "--to", "other"]);
        assert!(told.contains("is damaged") && told.contains(what), "{told}");
        assert!(!desk.path("other").exists());
    }
    // What the words say to do helps.
    fs::rename(desk.path("data"), desk.path("away")).unwrap();
    desk.says(&["backup", "restore", "kept", "--data", "data"]);
    let portal = desk.serve("data");
    desk.asks(&portal, &["audit", "verify"]);
}

#[test]
fn files_without_records_are_no_empty_start() {
    let desk = written_back();
    let whole = fs::read(desk.path(RECORDS)).unwrap();
    fs::remove_file(desk.path(RECORDS)).unwrap();
    let told = refused(&desk);
    assert!(
        told.contains("no records of them") && told.contains("missing or empty"),
        "{told}"
    );
    assert!(told.contains("towpath backup restore"), "{told}");
    assert!(!desk.path(RECORDS).exists(), "nothing is made in its place");
    fs::write(desk.path(RECORDS), "").unwrap();
    let told = refused(&desk);
    assert!(told.contains("no records of them"), "{told}");

    fs::write(desk.path(RECORDS), whole).unwrap();
    drop(desk.serve("data"));

    fs::remove_file(desk.path(RECORDS)).unwrap();
    let mut reset = towpath(&desk.path(""));
    reset.args(SERVE).arg("--reset");
    let portal = testkit::serve::Serve::start(&mut reset);
    assert!(
        desk.asks(&portal, &["builds", "--app", "wallet"])
            .lines()
            .count()
            <= 1
    );
}

#[test]
fn records_of_builds_without_any_file_are_no_start() {
    let desk = written_back();
    fs::rename(desk.path("data/objects"), desk.path("objects")).unwrap();
    let lost = |desk: &Desk| {
        let told = refused(desk);
        for words in [
            "records of builds, and none of their files",
            "data/objects is missing or empty",
            "towpath backup restore BACKUP --data data",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
    };
    lost(&desk);
    assert!(!desk.path("data/objects").exists(), "nothing is made");
    fs::create_dir_all(desk.path("data/objects/buckets/towpath-releases/artifacts")).unwrap();
    lost(&desk);

    // Put back, it is served.
    fs::remove_dir_all(desk.path("data/objects")).unwrap();
    fs::rename(desk.path("objects"), desk.path("data/objects")).unwrap();
    drop(desk.serve("data"));

    // Lost for good: what the words say helps.
    fs::remove_dir_all(desk.path("data/objects")).unwrap();
    lost(&desk);
    desk.refuses(1, &["backup", "make", "--data", "data", "--to", "bare"]);
    desk.refuses(1, &["backup", "restore", "bare", "--data", "again"]);
    let portal = desk.serve("again");
    let builds = desk.asks(&portal, &["builds", "--app", "wallet"]);
    assert_eq!(builds.lines().count(), 3, "{builds}");
    desk.pushes(&portal, 70_000);
}

#[test]
fn records_without_builds_need_no_files() {
    let desk = Desk::new();
    drop(desk.serve("data"));
    let portal = desk.serve("data");
    desk.asks(&portal, &["hold", "dev", "--reason", "tests"]);
    drop(portal);
    fs::remove_dir_all(desk.path("data/objects")).unwrap();
    let portal = desk.serve("data");
    let log = desk.asks(&portal, &["audit", "list"]);
    assert!(log.contains("tests"), "{log}");
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let desk = Desk::new();
    fs::write(desk.path("data"), "a file").unwrap();
    let told = refused(&desk);
    assert!(
        told.contains("data cannot be used") && told.contains("--data"),
        "{told}"
    );
}

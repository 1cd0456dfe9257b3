//! Backups of a local portal: made while it runs, verified, restored; broken off, damaged, and of something else.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use domain::digest::Digest;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{TOWPATH, apk::apk_of_size, serve::Serve};

use crate::portal::{Typed, towpath, typed};

/// A folder with a configuration, in which commands are typed.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("towpath.toml"), TOWPATH).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A portal on a data folder.
    pub(crate) fn serve(&self, data: &str) -> Serve {
        let mut command = towpath(self.0.path());
        command.args(["serve", "--data", data, "--listen", "127.0.0.1:0"]);
        Serve::start(command.stderr(Stdio::null()))
    }

    pub(crate) fn types(&self, arguments: &[&str]) -> Typed {
        typed(towpath(self.0.path()).args(arguments))
    }

    /// A command that must succeed. What it printed.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let done = self.types(arguments);
        assert_eq!(done.code, 0, "{}{}", done.out, done.err);
        done.out
    }

    /// A command that must end with a code. What it said of that.
    pub(crate) fn refuses(&self, code: i32, arguments: &[&str]) -> String {
        let done = self.types(arguments);
        assert_eq!(done.code, code, "{}{}", done.out, done.err);
        done.err
    }

    /// The same to a portal.
    pub(crate) fn asks(&self, portal: &Serve, arguments: &[&str]) -> String {
        self.says(&[&["--url", &portal.url], arguments].concat())
    }

    fn json(&self, portal: &Serve, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.asks(portal, &[&["--json"], arguments].concat())).unwrap()
    }

    /// Hands in a build that is unlike every other of another size.
    pub(crate) fn pushes(&self, portal: &Serve, size: usize) {
        let name = format!("{size}.apk");
        fs::write(self.path(&name), apk_of_size(size)).unwrap();
        self.asks(
            portal,
            &["push", &name, "--app", "wallet", "--environment", "dev"],
        );
    }

    /// A data folder `data` with two builds, a log and a seal, that no portal serves any more.
    pub(crate) fn with_data() -> Self {
        let desk = Self::new();
        let portal = desk.serve("data");
        for size in [30_000, 70_000] {
            desk.pushes(&portal, size);
        }
        desk.asks(&portal, &["hold", "dev", "--reason", "tests"]);
        drop(portal);
        // The first thing that a portal does is to seal what is not.
        let portal = desk.serve("data");
        desk.until_sealed(&portal);
        desk.asks(&portal, &["lift", "dev", "--reason", "done"]);
        drop(portal);
        desk
    }

    fn until_sealed(&self, portal: &Serve) {
        let start = Instant::now();
        while self.json(portal, &["audit", "verify"])["seals"] == 0 {
            assert!(start.elapsed() < Duration::from_secs(30), "no seal");
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn names(&self) -> Vec<String> {
        names(self.0.path())
    }

    /// That nothing is left of what was begun.
    fn is_tidy(&self) {
        let names = self.names();
        assert!(
            names.iter().all(|name| !name.contains("partial")),
            "{names:?}"
        );
    }
}

/// What is in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

const MAKE: [&str; 6] = ["backup", "make", "--data", "data", "--to", "kept"];
const VERIFY: [&str; 3] = ["backup", "verify", "kept"];
const RESTORE: [&str; 5] = ["backup", "restore", "kept", "--data", "again"];

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// What a portal shows of its records.
fn seen(desk: &Desk, portal: &Serve) -> [Value; 3] {
    let status = desk.json(portal, &["status"]);
    let log = desk.json(portal, &["audit", "list"]);
    [
        desk.json(portal, &["builds", "--app", "wallet"]),
        status["apps"].clone(),
        log["entries"].clone(),
    ]
}

#[test]
fn a_running_portal_is_backed_up_and_another_is_made_of_that() {
    let desk = Desk::with_data();
    let portal = desk.serve("data");
    let told = desk.says(&MAKE);
    assert!(told.starts_with("backed up "), "{told}");
    assert!(desk.says(&VERIFY).starts_with("all digests are right: "));
    let shown = seen(&desk, &portal);
    let log = desk.asks(&portal, &["audit", "export", "--all"]);
    drop(portal);

    desk.says(&RESTORE);
    desk.is_tidy();
    let portal = desk.serve("again");
    assert_eq!(seen(&desk, &portal), shown);
    assert_eq!(desk.asks(&portal, &["audit", "export", "--all"]), log);
    let verified = desk.json(&portal, &["audit", "verify"]);
    assert_eq!(verified["findings"], json!([]));
    assert_eq!(verified["locks"]["governance"], verified["seals"]);
    assert_ne!(verified["seals"], 0);
    let latest = ["latest", "--app", "wallet", "--environment", "dev"];
    desk.asks(&portal, &[&latest[..], &["--output", "got.apk"]].concat());
    assert_eq!(fs::read(desk.path("got.apk")).unwrap(), apk_of_size(70_000));
    desk.pushes(&portal, 90_000);
    desk.asks(&portal, &["audit", "verify"]);
}

#[test]
fn a_backup_is_read_without_this_program() {
    let desk = Desk::with_data();
    desk.says(&MAKE);
    let kept = desk.path("kept");
    let manifest: Value =
        serde_json::from_slice(&fs::read(kept.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["format"], 1);
    assert_eq!(manifest["incomplete"], Value::Null);
    let digest = |name: &str| Digest::of(&fs::read(kept.join(name)).unwrap()).to_string();
    assert_eq!(manifest["table"]["sha256"], digest("records.jsonl"));
    assert_eq!(manifest["objects"]["sha256"], digest("objects.jsonl"));

    let records = lines(&kept.join("records.jsonl"));
    assert_eq!(manifest["table"]["items"], records.len());
    let builds = records
        .iter()
        .filter(|line| line["Item"]["sk"]["S"] == "BUILD");
    assert_eq!(builds.count(), 2);

    let objects = lines(&kept.join("objects.jsonl"));
    assert_eq!(manifest["objects"]["count"], objects.len());
    let mut bytes = 0;
    for object in &objects {
        let file = fs::read(kept.join(object["file"].as_str().unwrap())).unwrap();
        assert_eq!(object["size"], file.len());
        assert_eq!(object["sha256"], Digest::of(&file).to_string());
        bytes += file.len();
    }
    assert_eq!(manifest["objects"]["bytes"], bytes);
    let artifact = objects
        .iter()
        .find(|object| object["key"].as_str().unwrap().ends_with("/70000.apk"))
        .unwrap();
    assert_eq!(artifact["bucket"], "artifacts");
    let path = format!("objects/artifacts/{}", artifact["key"].as_str().unwrap());
    assert_eq!(artifact["file"], path.as_str());
    let seal = objects
        .iter()
        .find(|object| object["bucket"] == "seals")
        .unwrap();
    assert_eq!(seal["retention"]["mode"], "GOVERNANCE");
    assert!(seal["version"].is_string() && seal["content_type"] == "application/json");
}

#[test]
fn builds_come_in_while_backups_are_made_and_each_backup_is_whole() {
    let desk = Desk::new();
    let portal = desk.serve("data");
    desk.pushes(&portal, 10_000);
    thread::scope(|scope| {
        let pushing = scope.spawn(|| {
            for size in 1..=12 {
                desk.pushes(&portal, 10_000 + size * 5_000);
            }
        });
        let mut number = 0;
        while number == 0 || !pushing.is_finished() && number < 7 {
            let to = format!("kept-{number}");
            desk.says(&["backup", "make", "--data", "data", "--to", &to]);
            number += 1;
        }
        pushing.join().unwrap();
        assert!(number > 1, "the pushes were over too soon");
        for number in 0..number {
            let (from, to) = (format!("kept-{number}"), format!("again-{number}"));
            desk.says(&["backup", "restore", &from, "--data", &to]);
            let records = lines(&desk.path(&from).join("records.jsonl"));
            let builds = records
                .iter()
                .filter(|line| line["Item"]["sk"]["S"] == "BUILD");
            if number % 3 > 0 {
                continue;
            }
            let restored = desk.serve(&to);
            let shown = desk.json(&restored, &["builds", "--app", "wallet"]);
            let (shown, kept) = (shown["items"].as_array().unwrap().len(), builds.count());
            // One that was being registered goes on at once.
            assert!(shown == kept || shown == kept + 1, "{shown} of {kept}");
            desk.asks(&restored, &["audit", "verify"]);
            // Whatever was on its way in when the backup was made is taken up again.
            for size in 1..=12 {
                desk.pushes(&restored, 10_000 + size * 5_000);
            }
            let shown = desk.json(&restored, &["builds", "--app", "wallet"]);
            assert_eq!(shown["items"].as_array().unwrap().len(), 13);
        }
    });
}

#[test]
fn what_is_killed_half_way_leaves_no_backup_and_no_data_folder() {
    let desk = Desk::new();
    let portal = desk.serve("data");
    desk.pushes(&portal, 20_000_000);
    let killed = |arguments: &[&str], target: &str| {
        let mut child = towpath(desk.0.path())
            .args(arguments)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = || {
            desk.names()
                .iter()
                .any(|name| name.starts_with(&format!("{target}.partial-")))
        };
        while !begun() {
            assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
            thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        assert!(!desk.path(target).exists());
    };
    killed(&MAKE, "kept");
    let partial = desk.names();
    let partial = partial.iter().find(|name| name.contains("partial"));
    let told = desk.refuses(4, &["backup", "verify", partial.unwrap()]);
    assert!(told.contains("was not finished"), "{told}");
    desk.says(&MAKE);
    desk.says(&VERIFY);
    killed(&RESTORE, "again");
    desk.says(&RESTORE);
}

#[test]
fn nothing_that_is_there_is_replaced() {
    let desk = Desk::with_data();
    desk.says(&MAKE);
    let told = desk.refuses(5, &MAKE);
    assert!(told.contains("kept is there already"), "{told}");
    let told = desk.refuses(5, &["backup", "restore", "kept", "--data", "data"]);
    assert!(told.contains("data is not empty, it has "), "{told}");
    let told = desk.refuses(5, &["backup", "restore", "kept", "--data", "towpath.toml"]);
    assert!(told.contains("towpath.toml is no folder"), "{told}");
    let told = desk.refuses(4, &["backup", "make", "--data", "absent", "--to", "other"]);
    assert!(
        told.contains("absent has no records") && told.contains("--data"),
        "{told}"
    );
    desk.is_tidy();
}

#[test]
fn an_empty_folder_that_is_there_is_restored_into() {
    let desk = Desk::with_data();
    desk.says(&MAKE);
    fs::create_dir(desk.path("again")).unwrap();
    // What a disk's first folder has, which cannot be renamed or replaced.
    fs::create_dir(desk.path("again/lost+found")).unwrap();
    let before = fs::metadata(desk.path("again")).unwrap();
    desk.says(&RESTORE);
    let after = fs::metadata(desk.path("again")).unwrap();
    assert_eq!(before.created().ok(), after.created().ok());
    let portal = desk.serve("again");
    desk.asks(&portal, &["audit", "verify"]);
    drop(portal);
    let mut names = names(&desk.path("again"));
    names.retain(|name| !name.starts_with("records.sqlite-"));
    assert_eq!(names, ["lock", "lost+found", "objects", "records.sqlite"]);

    // In that folder itself.
    fs::create_dir(desk.path("here")).unwrap();
    let mut command = towpath(&desk.path("here"));
    let done = typed(command.args(["backup", "restore", "../kept", "--data", "."]));
    assert_eq!(done.code, 0, "{}", done.err);
    drop(desk.serve("here"));
}

#[cfg(unix)]
#[test]
fn a_link_to_an_empty_folder_is_restored_through() {
    use std::os::unix::fs::symlink;
    let desk = Desk::with_data();
    desk.says(&MAKE);
    fs::create_dir(desk.path("elsewhere")).unwrap();
    symlink("elsewhere", desk.path("again")).unwrap();
    desk.says(&RESTORE);
    assert!(desk.path("again").is_symlink());
    assert!(desk.path("elsewhere/records.sqlite").is_file());
    drop(desk.serve("again"));
    let told = desk.refuses(5, &RESTORE);
    assert!(told.contains("again is not empty"), "{told}");

    symlink("nowhere", desk.path("dangling")).unwrap();
    let told = desk.refuses(5, &["backup", "restore", "kept", "--data", "dangling"]);
    assert!(
        told.contains("a link to a folder that is not there"),
        "{told}"
    );
}

#[test]
fn a_restore_that_was_killed_in_a_folder_is_not_served() {
    let desk = Desk::new();
    let portal = desk.serve("data");
    desk.pushes(&portal, 20_000_000);
    drop(portal);
    desk.says(&MAKE);
    fs::create_dir(desk.path("again")).unwrap();
    let mut child = towpath(desk.0.path())
        .args(RESTORE)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while names(&desk.path("again")).is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    let serve = ["serve", "--data", "again", "--listen", "127.0.0.1:0"];
    let told = desk.refuses(1, &serve);
    assert!(told.contains("again is not complete"), "{told}");
    let told = desk.refuses(5, &RESTORE);
    assert!(told.contains("again has restore.partial-"), "{told}");
    // As the words say.
    fs::remove_dir_all(desk.path("again")).unwrap();
    fs::create_dir(desk.path("again")).unwrap();
    desk.says(&RESTORE);
    drop(desk.serve("again"));
}

#[test]
fn a_restore_into_a_folder_that_fails_leaves_it_empty() {
    let desk = Desk::with_data();
    desk.says(&MAKE);
    fs::create_dir(desk.path("again")).unwrap();
    let list = desk.path("kept/objects.jsonl");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, &text[..text.len() / 2]).unwrap();
    desk.refuses(5, &RESTORE);
    assert_eq!(names(&desk.path("again")), [""; 0]);
}

#[test]
fn a_backup_is_not_made_in_what_it_is_of() {
    let desk = Desk::with_data();
    fs::create_dir(desk.path("other")).unwrap();
    let refuses = |to: &str| {
        let told = desk.refuses(5, &["backup", "make", "--data", "data", "--to", to]);
        assert!(told.contains("is in the data folder data"), "{to}: {told}");
    };
    refuses("data/kept");
    refuses("data/deeper/kept");
    refuses("data/objects/buckets/kept");
    refuses("other/../data/kept");
    refuses("absent/../data/kept");
    refuses("data");
    refuses(desk.path("data/kept").to_str().unwrap());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("data", desk.path("link")).unwrap();
        refuses("link/kept");
        fs::rename(desk.path("data/objects"), desk.path("objects")).unwrap();
        std::os::unix::fs::symlink("../objects", desk.path("data/objects")).unwrap();
        refuses("objects/buckets/kept");
    }
    let told = desk.refuses(5, &["backup", "make", "--data", "data", "--to", "."]);
    assert!(told.contains("is there already"), "{told}");
    assert!(!desk.path("data/deeper").exists() && !desk.path("absent").exists());
    desk.is_tidy();
    // Beside it is a place like any other.
    desk.says(&["backup", "make", "--data", "data", "--to", "data-kept"]);
}

#[cfg(unix)]
#[test]
fn backups_and_data_folders_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::with_data();
    desk.says(&MAKE);
    desk.says(&RESTORE);
    for folder in ["data", "kept", "again"] {
        let mode = fs::metadata(desk.path(folder)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o700, "{folder}");
    }
}

/// A full disk is a small one in the memory of a process. `None` where the system lets nobody mount one.
#[cfg(target_os = "linux")]
fn on_a_disk_of(size: &str, desk: &Desk, arguments: &[&str]) -> Option<Typed> {
    const MOUNT: &str = "mount -t tmpfs -o size=$0 full full || exit 99
        \"$@\"; code=$?; ls -A full; exit $code";
    let mut command = Command::new("unshare");
    command
        .current_dir(desk.0.path())
        .args(["--map-root-user", "--mount", "sh", "-c", MOUNT, size])
        .arg(env!("CARGO_BIN_EXE_towpath"))
        .args(arguments);
    let output = command.output().ok()?;
    let code = output.status.code()?;
    let done = Typed {
        code,
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    let is_refused = code == 99 || done.err.starts_with("unshare: ");
    (!is_refused).then_some(done)
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_with_what_is_needed() {
    let desk = Desk::with_data();
    let portal = desk.serve("data");
    desk.pushes(&portal, 3_000_000);
    drop(portal);
    desk.says(&MAKE);
    fs::create_dir(desk.path("full")).unwrap();
    for size in ["4k", "40k", "100k", "250k", "500k", "1m", "2m"] {
        for (arguments, option) in [
            (
                ["backup", "make", "--data", "data", "--to", "full/kept"].as_slice(),
                "--to",
            ),
            (&["backup", "restore", "kept", "--data", "full"], "--data"),
        ] {
            let Some(done) = on_a_disk_of(size, &desk, arguments) else {
                eprintln!("nothing was tried: no disk can be mounted here");
                return;
            };
            let told = &done.err;
            assert_eq!(done.code, 1, "{size}: {told}");
            for word in ["is full", "About 3.", option, "Nothing is left"] {
                assert!(told.contains(word), "{size} {word}: {told}");
            }
            assert!(!told.contains("damaged"), "{told}");
            assert_eq!(done.out, "", "{size}: something is left");
        }
    }
    for arguments in [
        ["backup", "make", "--data", "data", "--to", "full/kept"].as_slice(),
        &["backup", "restore", "kept", "--data", "full"],
    ] {
        let done = on_a_disk_of("20m", &desk, arguments).unwrap();
        assert_eq!(done.code, 0, "{}", done.err);
    }
}

#[test]
fn a_backup_that_was_changed_is_refused_by_the_name_of_its_file() {
    let desk = Desk::with_data();
    desk.says(&MAKE);
    let kept = desk.path("kept");
    let objects = lines(&kept.join("objects.jsonl"));
    let object = objects[0]["file"].as_str().unwrap();
    let edit = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let path = kept.join(name);
        let whole = fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
        for command in [VERIFY.as_slice(), RESTORE.as_slice()] {
            let told = desk.refuses(5, command);
            assert!(
                told.contains(name) && told.contains("the backup is damaged"),
                "{told}"
            );
            assert!(!desk.path("again").exists());
        }
        desk.is_tidy();
        fs::write(&path, whole).unwrap();
    };
    edit(object, &|bytes| bytes[7] ^= 1);
    edit(object, &|bytes| bytes.truncate(100));
    edit(object, &|bytes| bytes.push(0));
    for name in ["records.jsonl", "objects.jsonl"] {
        edit(name, &|bytes| bytes.truncate(bytes.len() / 2));
        edit(name, &|bytes| {
            let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
            bytes.drain(..=end);
        });
        edit(name, &Vec::clear);
    }
    edit("records.jsonl", &|bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        *bytes = text.replacen("wallet", "wallut", 1).into_bytes();
    });
    edit("manifest.json", &|bytes| bytes.truncate(50));

    for name in [object, "records.jsonl", "objects.jsonl"] {
        let gone = fs::read(kept.join(name)).unwrap();
        fs::remove_file(kept.join(name)).unwrap();
        for command in [VERIFY.as_slice(), RESTORE.as_slice()] {
            let told = desk.refuses(5, command);
            assert!(told.contains("the backup is damaged"), "{told}");
            assert!(told.contains(name) && told.contains("missing"), "{told}");
        }
        fs::write(kept.join(name), gone).unwrap();
    }
    desk.says(&VERIFY);
}

/// Changes the list of objects, and everything that has its digest.
fn forge(kept: &Path, change: impl Fn(&mut Vec<Value>)) {
    let mut objects = lines(&kept.join("objects.jsonl"));
    change(&mut objects);
    let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
    let text = lines.join("\n") + "\n";
    let path = kept.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["objects"]["sha256"] = Digest::of(text.as_bytes()).to_string().into();
    fs::write(kept.join("objects.jsonl"), text).unwrap();
    fs::write(path, manifest.to_string()).unwrap();
}

#[test]
fn a_backup_that_somebody_made_up_reads_and_writes_nothing_else() {
    let desk = Desk::with_data();
    desk.says(&MAKE);
    let kept = desk.path("kept");
    let whole = fs::read(kept.join("objects.jsonl")).unwrap();
    let manifest = fs::read(kept.join("manifest.json")).unwrap();
    let config = fs::read(desk.path("towpath.toml")).unwrap();
    for file in [
        "../towpath.toml",
        "objects/../../towpath.toml",
        "manifest.json",
    ] {
        forge(&kept, |objects| {
            objects[0]["file"] = file.into();
            objects[0]["size"] = config.len().into();
            objects[0]["sha256"] = Digest::of(&config).to_string().into();
        });
        for command in [VERIFY.as_slice(), RESTORE.as_slice()] {
            let told = desk.refuses(5, command);
            assert!(told.contains("is not below objects/"), "{told}");
        }
    }
    fs::write(kept.join("objects.jsonl"), whole).unwrap();
    fs::write(kept.join("manifest.json"), manifest).unwrap();
    forge(&kept, |objects| objects[0]["bucket"] = "../../other".into());
    let told = desk.refuses(5, &RESTORE);
    assert!(told.contains("the bucket \"../../other\""), "{told}");
    // Another bucket's name is one that promotions are copied to.
    forge(&kept, |objects| {
        objects[0]["bucket"] = "prod-releases".into();
    });
    desk.says(&RESTORE);
    assert!(desk.path("again/objects/buckets/prod-releases").is_dir());
    fs::remove_dir_all(desk.path("again")).unwrap();

    let path = kept.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["format"] = 2.into();
    fs::write(&path, manifest.to_string()).unwrap();
    let told = desk.refuses(5, &RESTORE);
    assert!(told.contains("a later version of Towpath"), "{told}");
    desk.is_tidy();
}

#[test]
fn what_a_deployment_leaves_out_or_names_otherwise_is_restored_too() {
    let desk = Desk::with_data();
    desk.says(&MAKE);
    forge(&desk.path("kept"), |objects| {
        for (number, object) in objects.iter_mut().enumerate() {
            let object = object.as_object_mut().unwrap();
            for member in ["etag", "checksum", "modified"] {
                object.remove(member);
            }
            let version = format!("3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrH{number}");
            object.insert("version".to_owned(), version.into());
            object.insert("deleted".to_owned(), false.into());
        }
    });
    desk.says(&RESTORE);
    let portal = desk.serve("again");
    let verified = desk.json(&portal, &["audit", "verify"]);
    assert_eq!(verified["findings"], json!([]));
    assert_ne!(verified["seals"], 0);
    let latest = ["latest", "--app", "wallet", "--environment", "dev"];
    desk.asks(&portal, &[&latest[..], &["--output", "got.apk"]].concat());
    assert_eq!(fs::read(desk.path("got.apk")).unwrap(), apk_of_size(70_000));
}

#[test]
fn a_file_that_a_build_names_and_the_data_folder_lacks_is_told() {
    let desk = Desk::with_data();
    let artifacts = desk.path("data/objects/buckets/towpath-releases/artifacts/wallet");
    let mut files: Vec<PathBuf> = fs::read_dir(&artifacts)
        .unwrap()
        .map(|digest| digest.unwrap().path())
        .flat_map(|digest| fs::read_dir(digest).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    fs::remove_file(&files[0]).unwrap();
    let mut bytes = fs::read(&files[1]).unwrap();
    bytes[10] ^= 1;
    fs::write(&files[1], bytes).unwrap();
    let told = desk.refuses(1, &MAKE);
    assert!(told.contains("is not complete"), "{told}");
    for size in ["30000.apk", "70000.apk"] {
        assert!(told.contains(size), "{told}");
    }
    // It is the best that there is.
    let told = desk.refuses(1, &RESTORE);
    assert!(told.contains("30000.apk"), "{told}");
    let lacks = fs::read_to_string(desk.path("again/incomplete.txt")).unwrap();
    assert!(lacks.contains("30000.apk"), "{lacks}");
    let portal = desk.serve("again");
    desk.asks(&portal, &["audit", "verify"]);
    // Pushed once more, the file is there again.
    desk.pushes(&portal, 70_000);
}

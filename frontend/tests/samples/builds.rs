//! Builds, from a plain one to one that cannot be read.

use domain::{
    actor::Actor,
    build::{Artifact, ArtifactKind, Build, BuildBrief},
    digest::Digest,
    id::{AppId, BuildId},
    known::{Known, Origin},
    package::{Flutter, FlutterMode, Icon, Package, Signing, Unread},
    release::Release,
    view::{BuildView, ReleaseView, UploadBrief},
};

use super::{app, before, environment, now, revision, run_id};

pub(crate) fn build_id(number: u64) -> BuildId {
    format!("01JD7M{number:020}").parse().unwrap()
}

pub(crate) fn package() -> Package {
    let certificate = Digest::of(b"release certificate");
    Package {
        name: Some("io.appium.journal".into()),
        version_name: Some("8.0.10".into()),
        version_code: Some(192),
        label: Some("Appium Journal".into()),
        icon: Some(Icon {
            digest: Digest::of(b"icon"),
            content_type: "image/png".into(),
            size: 4_213,
        }),
        min_sdk: Some(26),
        target_sdk: Some(36),
        permissions: [
            "INTERNET",
            "ACCESS_FINE_LOCATION",
            "POST_NOTIFICATIONS",
            "WRITE_SETTINGS",
        ]
        .map(|name| format!("android.permission.{name}"))
        .to_vec(),
        abis: Vec::new(),
        debuggable: false,
        signing: Signing {
            v1: vec![certificate],
            v2: vec![certificate],
            v3: vec![certificate],
            ..Signing::default()
        },
        flutter: Some(Flutter {
            mode: Some(FlutterMode::Release),
            dart_version: Some("3.12.0".into()),
        }),
        ..Package::default()
    }
}

pub(crate) fn artifact(name: &str, size: u64, package: Option<Package>) -> Artifact {
    let name = name.parse().unwrap();
    Artifact {
        kind: ArtifactKind::of(&name),
        digest: Digest::of(name.as_str().as_bytes()),
        name,
        size,
        package,
    }
}

pub(crate) fn build(number: u64) -> Build {
    Build {
        id: build_id(number),
        app: "journal".parse::<AppId>().unwrap(),
        number,
        version: Some("8.0.10".into()),
        revision: Some(revision(
            "4be1a90c",
            "Show the mock location's accuracy in the notification",
        )),
        run: Some(run_id("journal-dev", 41)),
        origin: Origin {
            run: Known::Proven,
            commit: Known::Proven,
            repository: Known::Proven,
        },
        registered_at: before(11_000),
        registered_by: Actor::pipeline("journal-dev"),
        artifacts: vec![
            artifact("journal-release.apk", 3_124_880, Some(package())),
            artifact("mapping.txt", 812_345, None),
            artifact("journal.spdx.json", 48_200, None),
            artifact("junit-results.xml", 9_120, None),
        ],
    }
}

/// A build split by ABI, as Flutter's `--split-per-abi` leaves it.
pub(crate) fn split(number: u64) -> Build {
    let abi = |abi: &str, size| {
        let package = Package {
            abis: vec![abi.into()],
            ..package()
        };
        artifact(&format!("app-{abi}-release.apk"), size, Some(package))
    };
    Build {
        artifacts: vec![
            abi("arm64-v8a", 18_204_112),
            abi("armeabi-v7a", 15_900_004),
            abi("x86_64", 19_777_120),
        ],
        ..build(number)
    }
}

pub(crate) fn unsigned(number: u64) -> Build {
    let package = Package {
        signing: Signing::default(),
        icon: None,
        ..package()
    };
    Build {
        artifacts: vec![artifact("journal-unsigned.apk", 3_100_000, Some(package))],
        ..build(number)
    }
}

pub(crate) fn unreadable(number: u64) -> Build {
    let package = Package {
        signing: Signing {
            unknown: true,
            ..Signing::default()
        },
        unread: vec![
            Unread {
                what: "signing block".into(),
                why: "it claims 2 GB in a file of 3 MB".into(),
            },
            Unread {
                what: "icon".into(),
                why: "its resource refers to itself".into(),
            },
        ],
        ..Package::default()
    };
    Build {
        version: None,
        revision: None,
        artifacts: vec![artifact("odd.apk", 3_100_000, Some(package))],
        ..build(number)
    }
}

pub(crate) fn release(build: &Build, environment: &str, seconds: i64) -> Release {
    let by = Actor::pipeline("journal-dev");
    Release::of(
        build,
        environment.parse().unwrap(),
        build.run.clone(),
        before(seconds),
        by,
    )
}

pub(crate) fn brief(number: u64, seconds: i64, version: &str, message: &str) -> BuildBrief {
    BuildBrief {
        version: Some(version.into()),
        revision: Some(revision(&format!("{:08x}", number * 7_919_113), message)),
        registered_at: before(seconds),
        ..build(number).brief()
    }
}

/// What is about to become builds.
pub(crate) fn uploads() -> Vec<UploadBrief> {
    let upload = |id: &str, name: &str, files, files_done| UploadBrief {
        id: id.parse().unwrap(),
        name: name.parse().unwrap(),
        files,
        files_done,
        size: 412_000_000,
        environment: Some("dev".parse().unwrap()),
        by: Actor::pipeline("journal-nightly"),
        since: before(40),
    };
    vec![
        upload("01KAF000000000000000000001", "journal.apk", 3, 1),
        upload("01KAF000000000000000000002", "mapping.txt", 1, 0),
    ]
}

pub(crate) fn briefs() -> Vec<BuildBrief> {
    vec![
        brief(
            812,
            11_000,
            "8.0.10",
            "Show the mock location's accuracy in the notification",
        ),
        brief(811, 96_000, "8.0.9", "Bump the Android Gradle plugin"),
        brief(
            810,
            181_000,
            "8.0.9",
            "Restart the recorder when the display rotates",
        ),
        brief(
            809,
            270_000,
            "8.0.8",
            "Ask for POST_NOTIFICATIONS on Android 13",
        ),
        brief(808, 2_900_000, "8.0.7", "Translate the permission screen"),
    ]
}

pub(crate) fn view(build: Build) -> BuildView {
    let shown = |place: &str, seconds, current| ReleaseView {
        environment: environment(place),
        release: release(&build, place, seconds),
        current,
    };
    BuildView {
        app: app("journal"),
        releases: vec![shown("preprod", 4_000, true), shown("dev", 10_900, false)],
        withdrawn: None,
        instead: Vec::new(),
        held_in: Vec::new(),
        options: domain::view::BuildOptions::default(),
        cannot_download: None,
        may_share: true,
        build,
        as_of: now(),
    }
}

//! Artifacts that lie: each is answered with what is wrong, and leaves nothing behind.

use testkit::{
    TestPortal, at, job, registering,
    zip::{Entry, deflated, noise, stored, zip},
};

/// Runs a job over `artifact`, which must fail with these words and leave nothing.
async fn is_refused(artifact: Vec<u8>, kind: &str, words: &[&str]) {
    let world = TestPortal::with_jobs().await;
    world.services.put_artifact("a/b/c", artifact).await;
    let message = world
        .fails(job("job-1", "a/b/c", &registering("e-1")), at("03:00:00"))
        .await;
    for word in words {
        assert!(message.contains(word), "{message:?} lacks {word:?}");
    }
    let answer = world.codepipeline().last();
    assert_eq!(answer.body["failureDetails"]["type"], kind, "{message}");
    assert_eq!(world.build_count().await, 0);
    assert!(world.keys().await.is_empty());
    let later = at("23:00:00") + jiff::SignedDuration::from_hours(24);
    let swept = testkit::sweep(&world.portal, later).await;
    assert_eq!((swept.registrations, swept.objects), (0, 0));
}

#[tokio::test]
async fn an_artifact_that_is_no_zip() {
    is_refused(
        noise(1, 5_000),
        "ConfigurationError",
        &["not a zip", "BuildOutput"],
    )
    .await;
    is_refused(Vec::new(), "ConfigurationError", &["not a zip"]).await;
}

#[tokio::test]
async fn a_zip_that_is_cut_off() {
    let whole = zip(&[stored("app.apk", &noise(1, 5_000))]);
    is_refused(
        whole[..whole.len() - 30].to_vec(),
        "ConfigurationError",
        &["not a zip"],
    )
    .await;
}

#[tokio::test]
async fn a_zip_without_a_package() {
    let files = [stored("build/readme.txt", b"hello")];
    is_refused(
        zip(&files),
        "ConfigurationError",
        &["holds no .apk", "readme.txt"],
    )
    .await;
    is_refused(zip(&[]), "ConfigurationError", &["holds nothing"]).await;
}

#[tokio::test]
async fn a_path_that_climbs() {
    let files = [
        stored("app.apk", b"bytes"),
        stored("../../etc/app.apk", b"bytes"),
    ];
    is_refused(zip(&files), "JobFailed", &["../../etc/app.apk", "climbs"]).await;
}

#[tokio::test]
async fn two_files_of_one_name() {
    let files = [stored("a/app.apk", b"one"), stored("b/app.apk", b"two")];
    is_refused(
        zip(&files),
        "JobFailed",
        &["a/app.apk", "b/app.apk", "rename"],
    )
    .await;
}

#[tokio::test]
async fn a_lie_of_two_gigabytes() {
    let lie = Entry {
        size: 2 << 30,
        ..deflated("app.apk", b"not that much")
    };
    is_refused(zip(&[lie]), "JobFailed", &["claims to unpack"]).await;
    let big = noise(1, 16 << 20);
    let lie = Entry {
        size: 2 << 30,
        ..deflated("app.apk", &big)
    };
    is_refused(zip(&[lie]), "JobFailed", &["less than the directory says"]).await;
}

#[tokio::test]
async fn a_bomb() {
    let zeros = vec![0; 100 << 20];
    is_refused(
        zip(&[deflated("app.apk", &zeros)]),
        "JobFailed",
        &["claims to unpack"],
    )
    .await;
    let hidden = Entry {
        size: 1_000,
        ..deflated("app.apk", &zeros)
    };
    is_refused(
        zip(&[hidden]),
        "JobFailed",
        &["more than the directory says"],
    )
    .await;
}

#[tokio::test]
async fn a_file_whose_checksum_does_not_match_after_others_were_written() {
    let wrong = Entry {
        crc32: 1,
        ..stored("notes.txt", b"altered")
    };
    let files = [stored("app.apk", &noise(1, 9_000_000)), wrong];
    is_refused(zip(&files), "JobFailed", &["notes.txt", "checksum"]).await;
}

#[tokio::test]
async fn more_files_than_a_build_holds() {
    let mut files = vec![stored("app.apk", b"bytes")];
    files.extend((0..100).map(|number| stored(&format!("{number}.txt"), b"text")));
    is_refused(zip(&files), "ConfigurationError", &["101 files", "100"]).await;
}

//! What was acknowledged stays, whatever happens to the process; what was not is not there by half.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use domain::digest::Digest;
use futures::StreamExt;
use jiff::SignedDuration;
use store::objects::Condition;

use crate::place::{bytes, objects_at, signed, start};

/// Set for the process that is to be killed: the folder that it serves.
const SERVED: &str = "TOWPATH_TEST_SERVED_FOLDER";

#[tokio::test]
async fn a_restart_keeps_objects_and_unfinished_uploads() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    objects.create_bucket().await.unwrap();
    objects.put("key", "content", "text/plain").await.unwrap();
    let before = objects.head("key").await.unwrap();
    let upload = objects.start_multipart("parts").await.unwrap();
    server.shutdown().await;

    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    objects.create_bucket().await.unwrap();
    assert_eq!(objects.head("key").await.unwrap(), before);
    assert_eq!(objects.range("key", 0..100).await.unwrap(), "content");
    assert_eq!(objects.uploaded_parts("parts", &upload).await.unwrap(), []);
    server.shutdown().await;
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "this test runs itself again as the process to kill"
)]
async fn a_kill_in_the_middle_of_a_put_leaves_the_object_before_it() {
    if let Ok(folder) = std::env::var(SERVED) {
        return serve_until_killed(Path::new(&folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "durability::a_kill_in_the_middle_of_a_put_leaves_the_object_before_it";
    let (mut child, endpoint) = spawn(name, folder.path());
    let objects = objects_at(&endpoint).await;
    objects.create_bucket().await.unwrap();
    for number in 0..20 {
        objects
            .put(
                &format!("acknowledged/{number}"),
                bytes(10_000),
                "text/plain",
            )
            .await
            .unwrap();
    }
    objects.put("key", "before", "text/plain").await.unwrap();

    let hour = SignedDuration::from_hours(1);
    let digest = Digest::of(b"never all of it");
    let link = objects.presign_put("key", 10_000_000, &digest, hour);
    let link = link.await.unwrap();
    let half = futures::stream::iter([Ok::<_, std::io::Error>(bytes(5_000_000))]);
    let half = half.chain(futures::stream::pending());
    let put = signed(link).header("content-length", 10_000_000);
    let put = tokio::spawn(put.body(reqwest::Body::wrap_stream(half)).send());
    wait_until(|| temporary_bytes(folder.path()) > 4_000_000).await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(put.await.unwrap().is_err());

    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    assert_eq!(objects.range("key", 0..100).await.unwrap(), "before");
    assert_eq!(objects.list("").await.unwrap().len(), 21);
    for number in 0..20 {
        let read = objects
            .range(&format!("acknowledged/{number}"), 0..10_000)
            .await
            .unwrap();
        assert_eq!(read, bytes(10_000));
    }
    assert_eq!(
        temporary_bytes(folder.path()),
        0,
        "what was half-written is gone"
    );
    server.shutdown().await;
}

async fn serve_until_killed(folder: &Path) {
    let server = start(folder, Vec::new()).await;
    println!("endpoint={}", server.endpoint());
    futures::future::pending::<()>().await;
}

/// Runs the test `name` again as a server over `folder`.
fn spawn(name: &str, folder: &Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(SERVED, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let endpoint = lines.map_while(Result::ok).find_map(|line| {
        let (_, endpoint) = line.split_once("endpoint=")?;
        Some(endpoint.to_owned())
    });
    (child, endpoint.unwrap())
}

fn temporary_bytes(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder.join("temporary")).unwrap();
    files
        .map(|file| file.unwrap().metadata().map_or(0, |file| file.len()))
        .sum()
}

async fn wait_until(done: impl Fn() -> bool) {
    let waiting = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting)
        .await
        .unwrap();
}

#[tokio::test]
async fn bytes_that_are_not_those_of_the_objects_checksum_are_damage() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    objects.create_bucket().await.unwrap();
    objects
        .put("a", bytes(100_000), "text/plain")
        .await
        .unwrap();
    let file = folder.path().join("buckets/releases/a@");
    let mut content = std::fs::read(&file).unwrap();
    content[70_000] ^= 1;
    std::fs::write(&file, content).unwrap();
    let read = objects.digest("a").await;
    assert!(
        matches!(read, Err(store::Error::Corrupt { .. })),
        "{read:?}"
    );
    server.shutdown().await;
}

#[tokio::test]
async fn an_object_whose_file_was_cut_can_be_seen_and_replaced_and_not_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    objects.create_bucket().await.unwrap();
    objects.put("a", bytes(1_000), "text/plain").await.unwrap();
    let file = folder.path().join("buckets/releases/a@");
    let file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
    file.set_len(400).unwrap();

    let found = objects.head("a").await.unwrap().unwrap();
    assert_eq!(found.size, 400);
    let read = objects.range("a", 0..100).await;
    assert!(
        matches!(read, Err(store::Error::Unavailable { .. })),
        "{read:?}"
    );
    let replaced = objects.put_if("a", bytes(1_000), "text/plain", Condition::Is(&found.etag));
    assert!(replaced.await.unwrap());
    assert_eq!(objects.range("a", 0..1_000).await.unwrap(), bytes(1_000));
    server.shutdown().await;
}

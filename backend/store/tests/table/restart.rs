//! The embedded server keeps what it has across a restart.

use std::time::Duration;

use domain::{Timestamp, status::Status};

use crate::support::{Bench, app, build, environment, event, noon, release, run_id, upload};

#[tokio::test]
async fn what_has_expired_is_deleted_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    let long_ago: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    let far_off: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    let (mut over, mut kept) = (upload(1, long_ago), upload(2, far_off));
    let bench = Bench::in_file(file.clone()).await;
    let builds = bench.table.builds();
    assert!(builds.put_upload(&mut over, long_ago).await.unwrap());
    assert!(builds.put_upload(&mut kept, far_off).await.unwrap());
    bench.stop().await;

    // The server deletes nothing unless it was started to.
    let bench = Bench::in_file(file.clone()).await;
    let builds = bench.table.builds();
    assert!(builds.upload(&over.id).await.unwrap().is_some());
    bench.stop().await;

    let bench = Bench::in_expiring_file(file).await;
    let builds = bench.table.builds();
    for _ in 0..1_000 {
        if builds.upload(&over.id).await.unwrap().is_none() {
            assert!(builds.upload(&kept.id).await.unwrap().is_some());
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("what had expired is still there");
}

#[tokio::test]
async fn a_restart_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let made = build(&wallet, 1);
    let released = release(&made, &dev, noon(0));

    let bench = Bench::in_file(file.clone()).await;
    let failed = event("a", Status::Failed, 0);
    bench
        .table
        .events()
        .record(&failed, None, None, noon(0))
        .await
        .unwrap();
    bench.release(&made, &dev, noon(0)).await;
    assert_eq!(bench.table.builds().next_number(&wallet).await.unwrap(), 1);
    let before = bench.table.runs().overview().await.unwrap();
    bench.stop().await;

    let bench = Bench::in_file(file).await;
    assert_eq!(bench.table.runs().overview().await.unwrap(), before);
    assert_eq!(
        bench.table.releases().current(&wallet, &dev).await.unwrap(),
        Some(released)
    );
    assert_eq!(
        bench
            .table
            .runs()
            .get(&run_id("a"))
            .await
            .unwrap()
            .unwrap()
            .run
            .status,
        Status::Failed
    );
    assert_eq!(bench.table.builds().next_number(&wallet).await.unwrap(), 2);
}

//! The embedded server keeps what it has across a restart.

use domain::status::Status;

use crate::support::{Bench, app, build, environment, event, noon, release, run_id};

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

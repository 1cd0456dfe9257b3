//! What an environment serves is its newest release, whatever order they are written in.

use domain::page::Limit;

use crate::support::{Bench, app, build, environment, noon, release};

#[tokio::test]
async fn an_older_release_never_replaces_a_newer() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let newer = release(&build(&wallet, 1), &dev, noon(20));
    let older = release(&build(&wallet, 2), &dev, noon(10));
    bench.table.put_release(&newer).await.unwrap();
    bench.table.put_release(&older).await.unwrap();
    assert_eq!(
        bench.table.current(&wallet, &dev).await.unwrap(),
        Some(newer.clone())
    );
    // Both are listed all the same.
    let page = bench
        .table
        .releases(&wallet, &dev, Limit::default(), None)
        .await
        .unwrap();
    assert_eq!(page.items, [newer, older]);
}

#[tokio::test]
async fn a_rollback_wins_over_a_higher_number() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let first = build(&wallet, 1);
    for release in [
        release(&first, &dev, noon(0)),
        release(&build(&wallet, 2), &dev, noon(10)),
        release(&first, &dev, noon(20)),
    ] {
        bench.table.put_release(&release).await.unwrap();
    }
    let current = bench.table.current(&wallet, &dev).await.unwrap().unwrap();
    assert_eq!((current.number, current.released_at), (1, noon(20)));
    let page = bench
        .table
        .releases(&wallet, &dev, Limit::default(), None)
        .await
        .unwrap();
    let numbers: Vec<u64> = page.items.iter().map(|release| release.number).collect();
    assert_eq!(numbers, [1, 2, 1]);
}

#[tokio::test]
async fn releasing_again_changes_nothing() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let release = release(&build(&wallet, 1), &dev, noon(0));
    for _ in 0..3 {
        bench.table.put_release(&release).await.unwrap();
    }
    assert_eq!(
        bench.table.current(&wallet, &dev).await.unwrap(),
        Some(release.clone())
    );
    let page = bench
        .table
        .releases(&wallet, &dev, Limit::default(), None)
        .await
        .unwrap();
    assert_eq!(page.items, [release]);
}

#[tokio::test]
async fn of_releases_at_once_the_newest_is_current() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let releases = (1..=16).map(|number| {
        let table = bench.table.clone();
        let release = release(
            &build(&wallet, number),
            &dev,
            noon(i64::try_from(number * 7 % 17).unwrap()),
        );
        tokio::spawn(async move { table.put_release(&release).await.unwrap() })
    });
    for release in releases.collect::<Vec<_>>() {
        release.await.unwrap();
    }
    let current = bench.table.current(&wallet, &dev).await.unwrap().unwrap();
    assert_eq!(current.released_at, noon(16));
    assert_eq!(bench.table.overview().await.unwrap().current, [current]);
}

#[tokio::test]
async fn releases_of_one_moment_have_one_winner() {
    let (wallet, dev) = (app("wallet"), environment("dev"));
    for order in [[1, 2], [2, 1]] {
        let bench = Bench::new().await;
        for number in order {
            bench
                .table
                .put_release(&release(&build(&wallet, number), &dev, noon(0)))
                .await
                .unwrap();
        }
        assert_eq!(
            bench
                .table
                .current(&wallet, &dev)
                .await
                .unwrap()
                .unwrap()
                .number,
            2
        );
    }
}

#[tokio::test]
async fn environments_serve_each_their_own() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    let made = build(&wallet, 1);
    bench
        .table
        .put_release(&release(&made, &environment("dev"), noon(0)))
        .await
        .unwrap();
    assert_eq!(
        bench
            .table
            .current(&wallet, &environment("prod"))
            .await
            .unwrap(),
        None
    );
    bench
        .table
        .put_release(&release(&made, &environment("prod"), noon(1)))
        .await
        .unwrap();
    assert_eq!(bench.table.overview().await.unwrap().current.len(), 2);
}

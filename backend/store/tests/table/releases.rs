//! What an environment serves is its newest release, whatever order they are written in.

use domain::{
    actor::Actor,
    audit::{Deed, Note},
    hold::{Held, Hold},
    page::Limit,
};

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

#[tokio::test]
async fn a_list_says_which_builds_were_not_withdrawn_since_and_leaves_others_to_be_asked_for() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let (kept, taken) = (build(&wallet, 1), build(&wallet, 2));
    let offered = async || -> Vec<(u64, bool)> {
        let listed = bench
            .table
            .newest_releases(&wallet, &dev, Limit::default())
            .await
            .unwrap();
        let of = listed.iter().map(|it| (it.release.number, it.offered));
        of.collect()
    };
    for (build, minute) in [(&kept, 0), (&taken, 10)] {
        let release = release(build, &dev, noon(minute));
        bench.table.put_release(&release).await.unwrap();
    }
    assert_eq!(offered().await, [(2, true), (1, true)]);

    let hold = Hold {
        on: Held::Build {
            app: wallet.clone(),
            build: taken.id.clone(),
        },
        reason: "it leaks".to_owned(),
        by: Actor::local(),
        since: noon(20),
    };
    let note = |deed| Note::new(noon(20), Actor::local(), "local", deed);
    let everywhere = [dev.clone()];
    let (withdrawn, restored) = (note(Deed::Withdrawn), note(Deed::Restored));
    let done = bench
        .table
        .withdraw(&wallet, &taken.id, &everywhere, &hold, &withdrawn);
    assert!(done.await.unwrap());
    assert_eq!(offered().await, [(2, false), (1, true)]);
    // A release that comes late, of a build that is withdrawn by then.
    let late = release(&taken, &dev, noon(30));
    bench.table.put_release(&late).await.unwrap();
    assert_eq!(offered().await, [(2, false), (2, false), (1, true)]);

    let done = bench
        .table
        .restore(&wallet, &taken.id, &everywhere, &restored);
    assert!(done.await.unwrap());
    assert_eq!(offered().await, [(2, false), (2, false), (1, true)]);
    let again = release(&taken, &dev, noon(40));
    bench.table.put_release(&again).await.unwrap();
    assert_eq!(offered().await[0], (2, true));
}

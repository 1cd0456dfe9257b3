//! What makes a build current, and what an environment serves.

use std::sync::Arc;

use domain::{
    actor::Actor,
    audit::AuditAction,
    build::Build,
    hold::{Held, Hold},
    id::EnvironmentId,
    page::Limit,
};
use jiff::SignedDuration;
use store::table::{Obstacle, Released};

use crate::support::{Bench, app, build, environment, noon, note, release};

fn withdrawal(build: &Build) -> Hold {
    Hold {
        on: Held::Build {
            app: build.app.clone(),
            build: build.id.clone(),
        },
        reason: "it leaks".to_owned(),
        by: Actor::local(),
        since: noon(20),
    }
}

fn stop(environment: &EnvironmentId) -> Hold {
    Hold {
        on: Held::Environment {
            environment: environment.clone(),
            app: None,
        },
        reason: "stop".to_owned(),
        by: Actor::local(),
        since: noon(20),
    }
}

impl Bench {
    async fn withdraw(&self, build: &Build, environments: &[EnvironmentId]) {
        let hold = withdrawal(build);
        let note = note(AuditAction::Withdrawn);
        let withdrawn = self
            .table
            .releases()
            .withdraw(&build.app, &build.id, &hold, &note);
        let unsettled = withdrawn.await.unwrap().unwrap();
        let waiting = self
            .table
            .releases()
            .settle(&unsettled, environments)
            .await
            .unwrap();
        assert_eq!(waiting, []);
    }

    async fn current(&self, environment: &EnvironmentId) -> Option<u64> {
        let current = self
            .table
            .releases()
            .current(&app("wallet"), environment)
            .await;
        current.unwrap().map(|release| release.number)
    }
}

#[tokio::test]
async fn the_latest_release_is_current_though_the_clock_went_back() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    bench.release(&build(&wallet, 1), &dev, noon(20)).await;
    bench.release(&build(&wallet, 2), &dev, noon(10)).await;
    let page = bench
        .table
        .releases()
        .list(&wallet, &dev, Limit::default(), None)
        .await
        .unwrap();
    let listed: Vec<_> = page
        .items
        .iter()
        .map(|release| (release.number, release.released_at))
        .collect();
    let next = noon(20) + SignedDuration::from_millis(1);
    assert_eq!(listed, [(2, next), (1, noon(20))]);
    assert_eq!(bench.current(&dev).await, Some(2));
}

#[tokio::test]
async fn a_rollback_wins_over_a_higher_number() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let first = build(&wallet, 1);
    for (build, minute) in [(&first, 0), (&build(&wallet, 2), 10), (&first, 20)] {
        bench.release(build, &dev, noon(minute)).await;
    }
    let current = bench
        .table
        .releases()
        .current(&wallet, &dev)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((current.number, current.released_at), (1, noon(20)));
    let page = bench
        .table
        .releases()
        .list(&wallet, &dev, Limit::default(), None)
        .await
        .unwrap();
    let numbers: Vec<u64> = page.items.iter().map(|release| release.number).collect();
    assert_eq!(numbers, [1, 2, 1]);
}

#[tokio::test]
async fn releasing_what_is_current_changes_nothing() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let made = build(&wallet, 1);
    let release = Box::new(release(&made, &dev, noon(0)));
    let first = bench.release(&made, &dev, noon(0)).await;
    assert_eq!(first, Released::Now(release.clone()));
    for minute in 1..3 {
        let again = bench.release(&made, &dev, noon(minute)).await;
        assert_eq!(again, Released::Before(release.clone()));
    }
    let page = bench
        .table
        .releases()
        .list(&wallet, &dev, Limit::default(), None)
        .await
        .unwrap();
    assert_eq!(page.items, [*release]);
    assert_eq!(bench.actions().await, [AuditAction::Released]);
}

#[tokio::test]
async fn releases_at_once_each_become_current_one_after_the_other() {
    let bench = Arc::new(Bench::new().await);
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let releases = (1..=12).map(|number| {
        let (bench, made, dev) = (bench.clone(), build(&wallet, number), dev.clone());
        tokio::spawn(async move { bench.release(&made, &dev, noon(0)).await })
    });
    for release in releases.collect::<Vec<_>>() {
        assert!(matches!(release.await.unwrap(), Released::Now(_)));
    }
    let page = bench
        .table
        .releases()
        .list(&wallet, &dev, Limit::default(), None)
        .await
        .unwrap();
    let mut times: Vec<_> = page.items.iter().map(|it| it.released_at).collect();
    times.dedup();
    assert_eq!(times.len(), 12);
    let current = bench.table.releases().current(&wallet, &dev).await.unwrap();
    assert_eq!(current.as_ref(), page.items.first());
    assert_eq!(
        bench.table.runs().overview().await.unwrap().current,
        [page.items[0].clone()]
    );
    assert_eq!(bench.actions().await, [AuditAction::Released; 12]);
}

#[tokio::test]
async fn environments_serve_each_their_own() {
    let bench = Bench::new().await;
    let made = build(&app("wallet"), 1);
    let (dev, prod) = (environment("dev"), environment("prod"));
    bench.release(&made, &dev, noon(0)).await;
    assert_eq!(bench.current(&prod).await, None);
    bench.release(&made, &prod, noon(1)).await;
    assert_eq!(
        bench.table.runs().overview().await.unwrap().current.len(),
        2
    );
}

#[tokio::test]
async fn a_hold_and_a_withdrawal_stop_a_release_and_nothing_is_written() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let (made, taken) = (build(&wallet, 1), build(&wallet, 2));
    let stop = stop(&dev);
    bench
        .table
        .holds()
        .put(&stop, &note(AuditAction::Held))
        .await
        .unwrap();
    let stopped = bench.release(&made, &dev, noon(1)).await;
    assert_eq!(stopped, Released::Refused(Obstacle::Held));
    bench
        .table
        .holds()
        .lift(&stop.on, &note(AuditAction::Lifted))
        .await
        .unwrap();
    bench.withdraw(&taken, std::slice::from_ref(&dev)).await;
    let stopped = bench.release(&taken, &dev, noon(2)).await;
    assert_eq!(stopped, Released::Refused(Obstacle::Withdrawn));
    assert_eq!(bench.current(&dev).await, None);
    assert_eq!(
        bench.actions().await,
        [
            AuditAction::Held,
            AuditAction::Lifted,
            AuditAction::Withdrawn
        ]
    );
    bench.release(&made, &dev, noon(3)).await;
    assert_eq!(bench.current(&dev).await, Some(1));
}

#[tokio::test]
async fn a_withdrawal_reaches_any_number_of_environments_in_small_transactions() {
    let bench = Bench::new().await;
    let made = build(&app("wallet"), 1);
    let environments: Vec<EnvironmentId> = (0..130)
        .map(|number| environment(&format!("env-{number}")))
        .collect();
    for environment in &environments {
        bench.release(&made, environment, noon(0)).await;
    }
    bench.withdraw(&made, &environments).await;
    assert_eq!(bench.table.runs().overview().await.unwrap().current, []);
    let restored = note(AuditAction::Restored);
    let turned = bench
        .table
        .releases()
        .restore(&made.app, &made.id, &restored);
    let unsettled = turned.await.unwrap().unwrap();
    bench
        .table
        .releases()
        .settle(&unsettled, &environments)
        .await
        .unwrap();
    assert_eq!(
        bench.table.runs().overview().await.unwrap().current.len(),
        130
    );
    assert_eq!(bench.table.releases().unsettled().await.unwrap(), []);
}

#[tokio::test]
async fn a_withdrawal_that_broke_off_is_found_and_settled() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let made = build(&wallet, 1);
    bench.release(&made, &dev, noon(0)).await;
    let (hold, withdrawn) = (withdrawal(&made), note(AuditAction::Withdrawn));
    let taken = bench
        .table
        .releases()
        .withdraw(&wallet, &made.id, &hold, &withdrawn);
    assert!(taken.await.unwrap().is_some());
    let again = bench
        .table
        .releases()
        .withdraw(&wallet, &made.id, &hold, &withdrawn);
    assert_eq!(again.await.unwrap(), None);
    // Nothing has followed yet.
    assert_eq!(bench.current(&dev).await, Some(1));
    let found = bench.table.releases().unsettled().await.unwrap();
    assert_eq!(found.len(), 1);
    for _ in 0..2 {
        let everywhere = std::slice::from_ref(&dev);
        bench
            .table
            .releases()
            .settle(&found[0], everywhere)
            .await
            .unwrap();
    }
    assert_eq!(bench.current(&dev).await, None);
    let served = bench.table.releases().served(&wallet, &dev).await.unwrap();
    assert_eq!(served.withdrawn.unwrap().build, made.id);
    assert_eq!(bench.table.releases().unsettled().await.unwrap(), []);
}

#[tokio::test]
async fn a_restored_build_is_served_again_where_it_is_the_newest_and_nothing_is_held() {
    let bench = Bench::new().await;
    let (wallet, dev, prod) = (app("wallet"), environment("dev"), environment("prod"));
    let (made, other) = (build(&wallet, 1), build(&wallet, 2));
    let everywhere = [dev.clone(), prod.clone()];
    for environment in &everywhere {
        bench.release(&made, environment, noon(0)).await;
    }
    bench.withdraw(&made, &everywhere).await;
    bench.release(&other, &prod, noon(30)).await;
    let stop = stop(&dev);
    bench
        .table
        .holds()
        .put(&stop, &note(AuditAction::Held))
        .await
        .unwrap();
    let restored = note(AuditAction::Restored);
    let turned = bench.table.releases().restore(&wallet, &made.id, &restored);
    let unsettled = turned.await.unwrap().unwrap();
    let held = bench
        .table
        .releases()
        .settle(&unsettled, &everywhere)
        .await
        .unwrap();
    assert_eq!(held, std::slice::from_ref(&dev));
    assert_eq!(bench.current(&dev).await, None);
    bench
        .table
        .holds()
        .lift(&stop.on, &note(AuditAction::Lifted))
        .await
        .unwrap();
    let still = bench.table.releases().unsettled().await.unwrap();
    assert_eq!(still, std::slice::from_ref(&unsettled));
    bench
        .table
        .releases()
        .settle(&unsettled, &everywhere)
        .await
        .unwrap();
    assert_eq!(bench.current(&dev).await, Some(1));
    assert_eq!(bench.current(&prod).await, Some(2));
    assert_eq!(bench.table.releases().unsettled().await.unwrap(), []);
}

#[tokio::test]
async fn settling_one_turn_ends_no_later_one() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let made = build(&wallet, 1);
    bench.release(&made, &dev, noon(0)).await;
    let (hold, withdrawn) = (withdrawal(&made), note(AuditAction::Withdrawn));
    let taken = bench
        .table
        .releases()
        .withdraw(&wallet, &made.id, &hold, &withdrawn);
    let first = taken.await.unwrap().unwrap();
    let restored = note(AuditAction::Restored);
    let turned = bench.table.releases().restore(&wallet, &made.id, &restored);
    let second = turned.await.unwrap().unwrap();
    // The first goes on late, and finds that the build is not withdrawn any more.
    bench
        .table
        .releases()
        .settle(&first, std::slice::from_ref(&dev))
        .await
        .unwrap();
    assert_eq!(bench.current(&dev).await, Some(1));
    assert_eq!(bench.table.releases().unsettled().await.unwrap(), [second]);
}

#[tokio::test]
async fn a_list_says_which_builds_were_not_withdrawn_since_and_leaves_others_to_be_asked_for() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let (kept, taken) = (build(&wallet, 1), build(&wallet, 2));
    let offered = async || -> Vec<(u64, bool)> {
        let listed = bench
            .table
            .releases()
            .newest(&wallet, &dev, Limit::default())
            .await
            .unwrap();
        let of = listed.iter().map(|it| (it.release.number, it.offered));
        of.collect()
    };
    for (build, minute) in [(&kept, 0), (&taken, 10)] {
        bench.release(build, &dev, noon(minute)).await;
    }
    assert_eq!(offered().await, [(2, true), (1, true)]);
    let everywhere = [dev.clone()];
    bench.withdraw(&taken, &everywhere).await;
    assert_eq!(offered().await, [(2, false), (1, true)]);
    let restored = note(AuditAction::Restored);
    let turned = bench
        .table
        .releases()
        .restore(&wallet, &taken.id, &restored);
    let unsettled = turned.await.unwrap().unwrap();
    bench
        .table
        .releases()
        .settle(&unsettled, &everywhere)
        .await
        .unwrap();
    assert_eq!(offered().await, [(2, false), (1, true)]);
    bench.release(&kept, &dev, noon(30)).await;
    bench.release(&taken, &dev, noon(40)).await;
    assert_eq!(offered().await[0], (2, true));
}

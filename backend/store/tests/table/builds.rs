//! Builds: numbered without a double, listed newest first, told with their releases.

use std::collections::BTreeSet;

use domain::{audit::AuditAction, page::Limit};

use crate::support::{
    Bench, app, build, build_id, environment, noon, note, registration_key, release, run_id,
};

#[tokio::test]
async fn no_two_builds_of_an_app_get_one_number() {
    let bench = Bench::new().await;
    let numbers = (0..32).map(|_| {
        let table = bench.table.clone();
        tokio::spawn(async move { table.builds().next_number(&app("wallet")).await.unwrap() })
    });
    let mut seen = BTreeSet::new();
    for number in numbers.collect::<Vec<_>>() {
        seen.insert(number.await.unwrap());
    }
    assert_eq!(seen, (1..=32).collect());
    assert_eq!(
        bench
            .table
            .builds()
            .next_number(&app("ferry"))
            .await
            .unwrap(),
        1
    );
}

#[tokio::test]
async fn a_build_is_told_with_its_releases_and_in_its_run() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    let mut made = build(&wallet, 7);
    made.run = Some(run_id("a"));
    let key = registration_key(&wallet, "a");
    bench
        .table
        .builds()
        .begin_registration(&key, noon(0))
        .await
        .unwrap();
    let dev = release(&made, &environment("dev"), noon(10));
    bench
        .register(&key, &made, &environment("dev"), noon(10))
        .await;
    let preprod = release(&made, &environment("preprod"), noon(20));
    bench
        .release(&made, &environment("preprod"), noon(20))
        .await;

    let record = bench.table.builds().get(&made.id).await.unwrap().unwrap();
    assert_eq!(record.build, made);
    assert_eq!(record.releases, [preprod, dev]);
    let page = bench
        .table
        .builds()
        .list(&wallet, Limit::default(), None)
        .await
        .unwrap();
    assert_eq!(page.items, [made.brief()]);

    let event = crate::support::event("a", domain::status::Status::Succeeded, 0);
    bench
        .table
        .events()
        .record(&event, None, None, noon(0))
        .await
        .unwrap();
    let run = bench.table.runs().get(&run_id("a")).await.unwrap().unwrap();
    assert_eq!(run.builds, [made.brief()]);
}

#[tokio::test]
async fn builds_come_by_number_highest_first() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    for number in [9, 10, 11, 100, 2] {
        let made = build(&wallet, number);
        let key = registration_key(&wallet, &number.to_string());
        bench
            .table
            .builds()
            .begin_registration(&key, noon(0))
            .await
            .unwrap();
        bench
            .table
            .builds()
            .complete_registration(&key, &made, &note(AuditAction::Registered))
            .await
            .unwrap();
    }
    let page = bench
        .table
        .builds()
        .list(&wallet, Limit::default(), None)
        .await
        .unwrap();
    let numbers: Vec<u64> = page.items.iter().map(|build| build.number).collect();
    assert_eq!(numbers, [100, 11, 10, 9, 2]);
}

#[tokio::test]
async fn what_is_not_there_is_none() {
    let bench = Bench::new().await;
    assert_eq!(bench.table.builds().get(&build_id(1)).await.unwrap(), None);
    assert_eq!(bench.table.runs().get(&run_id("a")).await.unwrap(), None);
    assert_eq!(
        bench
            .table
            .releases()
            .current(&app("wallet"), &environment("dev"))
            .await
            .unwrap(),
        None
    );
    let upload = "01KAF000000000000000000001".parse().unwrap();
    assert_eq!(bench.table.builds().upload(&upload).await.unwrap(), None);
}

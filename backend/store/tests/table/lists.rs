//! Lists: newest first, a page at a time, whatever a caller makes up as a cursor.

use domain::{
    known::Known,
    page::{Cursor, Limit},
    run::Run,
    status::Status,
};
use store::table::RunList;

use crate::support::{Bench, app, build, environment, event, noon, registration_key, step_event};

fn limit(number: i64) -> Limit {
    number.try_into().unwrap()
}

#[tokio::test]
async fn runs_come_newest_first_and_each_on_one_page() {
    let bench = Bench::new().await;
    // Two of each second, in no order.
    for number in [5, 3, 8, 0, 9, 1, 7, 2, 6, 4] {
        let run = event(&format!("run-{number}"), Status::Failed, number / 2);
        bench
            .table
            .runs()
            .join(Run::seed(&run), Known::Proven, None)
            .await
            .unwrap();
    }
    for failed in [false, true] {
        let list = RunList { app: None, failed };
        for size in [1, 3, 5, 10, 100] {
            let mut seen = Vec::new();
            let mut cursor: Option<Cursor> = None;
            let mut pages = 0;
            loop {
                let page = bench
                    .table
                    .runs()
                    .list(list, limit(size), cursor.as_ref())
                    .await
                    .unwrap();
                seen.extend(
                    page.items
                        .iter()
                        .map(|run| run.run.id.as_str().rsplit('-').next().unwrap().to_owned()),
                );
                pages += 1;
                // The text that a caller sends back is what it got.
                cursor = page.next.map(|next| next.to_string().parse().unwrap());
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(seen.concat(), "9876543210");
            assert_eq!(
                pages,
                10_i64.div_euclid(size) + i64::from(10 % size != 0),
                "no empty page at the end"
            );
        }
    }
}

#[tokio::test]
async fn a_made_up_cursor_finds_nothing_that_is_not_of_its_list() {
    let bench = Bench::new().await;
    let (wallet, ferry, dev) = (app("wallet"), app("ferry"), environment("dev"));
    for (number, of) in [(1, &wallet), (2, &ferry), (3, &wallet)] {
        let build = build(of, number);
        let key = registration_key(of, &number.to_string());
        bench
            .table
            .builds()
            .begin_registration(&key, noon(0))
            .await
            .unwrap();
        bench.register(&key, &build, &dev, noon(0)).await;
        let run = event(&format!("run-{number}"), Status::Failed, 0);
        bench
            .table
            .runs()
            .join(Run::seed(&run), Known::Proven, Some((of, &dev)))
            .await
            .unwrap();
    }
    for garbage in [
        "0",
        "~",
        "#",
        "2026",
        "RUN#x",
        "\u{0}",
        "9999999999",
        "2026-11-21T12:00:00.000Z#nonsense",
        &"z".repeat(1024),
    ] {
        let cursor = Cursor::behind(garbage);
        let cursor = Some(&cursor);
        for failed in [false, true] {
            let list = RunList {
                app: Some(&wallet),
                failed,
            };
            let page = bench
                .table
                .runs()
                .list(list, limit(100), cursor)
                .await
                .unwrap();
            assert!(
                page.items
                    .iter()
                    .all(|run| !run.run.id.as_str().ends_with("run-2")),
                "{garbage:?}"
            );
        }
        let page = bench
            .table
            .builds()
            .list(&wallet, limit(100), cursor)
            .await
            .unwrap();
        assert!(
            page.items.iter().all(|build| build.app == wallet),
            "{garbage:?}"
        );
        let page = bench
            .table
            .releases()
            .list(&wallet, &dev, limit(100), cursor)
            .await
            .unwrap();
        assert!(
            page.items.iter().all(|release| release.app == wallet),
            "{garbage:?}"
        );
        bench
            .table
            .downloads()
            .list(&build(&wallet, 1).id, limit(100), cursor)
            .await
            .unwrap();
    }
    // A cursor behind everything is the start, one before everything is the end.
    let all = bench
        .table
        .builds()
        .list(&wallet, limit(100), Some(&Cursor::behind("~")))
        .await
        .unwrap();
    assert_eq!(all.items.len(), 2);
    let none = bench
        .table
        .builds()
        .list(&wallet, limit(100), Some(&Cursor::behind("#")))
        .await
        .unwrap();
    assert_eq!((none.items.len(), none.next), (0, None));
}

#[tokio::test]
async fn a_run_of_more_than_a_megabyte_is_told_whole() {
    let bench = Bench::new().await;
    bench
        .table
        .runs()
        .join(
            Run::seed(&event("a", Status::Running, 0)),
            Known::Proven,
            None,
        )
        .await
        .unwrap();
    for number in 0..30 {
        let mut step = step_event(
            "a",
            &format!("Build/Step{number:02}"),
            Status::Failed,
            number,
        );
        step.facts.detail = Some(domain::event::StepDetail {
            summary: Some("x".repeat(60_000)),
            ..domain::event::StepDetail::default()
        });
        let step = domain::run::Step::seed(&step).unwrap();
        bench
            .table
            .runs()
            .join_step(&event("a", Status::Running, 0).run, step, Known::Proven)
            .await
            .unwrap();
    }
    let record = bench
        .table
        .runs()
        .get(&event("a", Status::Running, 0).run)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(record.steps.len(), 30);
}

#[tokio::test]
async fn a_page_of_more_than_a_megabyte_is_full() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    let dev = environment("dev");
    for number in 1..=25 {
        let mut build = build(&wallet, number);
        build.version = Some("x".repeat(60_000));
        bench.release(&build, &dev, build.registered_at).await;
    }
    let first = bench
        .table
        .releases()
        .list(&wallet, &dev, limit(20), None)
        .await
        .unwrap();
    assert_eq!(first.items.len(), 20);
    let rest = bench
        .table
        .releases()
        .list(&wallet, &dev, limit(20), first.next.as_ref())
        .await
        .unwrap();
    assert_eq!(rest.next, None);
    let numbers: Vec<u64> = first
        .items
        .iter()
        .chain(&rest.items)
        .map(|release| release.number)
        .collect();
    assert_eq!(numbers, (1..=25).rev().collect::<Vec<_>>());
}

//! Share links: counted as often as they were used, however taps and guesses meet.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    actor::Actor,
    audit::{AuditAction, AuditRecord},
    digest::Digest,
    download::{DailyLimits, Download, day_ends},
    month::Month,
    page::Limit,
    share::{Revoked, ShareLink, Shared},
};
use futures::future::join_all;
use store::table::{LinkRecord, Tap, Tapped};

use crate::support::{Bench, app, build_id, environment, noon};

/// The size of the file that links give.
const SIZE: u64 = 1000;

/// A link that works for an hour.
fn link(number: u64, limit: Option<u32>) -> LinkRecord {
    LinkRecord {
        link: ShareLink {
            id: format!("01KAH000000000000000{number:06}").parse().unwrap(),
            what: Shared::Newest {
                app: app("wallet"),
                environment: environment("dev"),
            },
            by: testkit::member("ada@example.com", vec!["leads".to_owned()]),
            made_at: noon(0),
            expires_at: noon(3600),
            limit,
            per_day: None,
            bytes_per_day: None,
            used: 0,
            last_used_at: None,
            revoked: None,
            has_password: false,
        },
        groups: vec!["leads".to_owned()],
        secret: Digest::of(b"secret"),
        password: None,
        guesses: 0,
        guessed_at: 0,
        today: None,
    }
}

fn note(action: AuditAction) -> AuditRecord {
    AuditRecord::new(noon(0), Actor::local(), "local", action)
}

async fn kept(bench: &Bench, record: &LinkRecord) {
    let note = note(AuditAction::LinkMade);
    bench.table.links().put(record, &note).await.unwrap();
}

async fn now_is(bench: &Bench, record: &LinkRecord) -> LinkRecord {
    bench
        .table
        .links()
        .get(&record.link.id)
        .await
        .unwrap()
        .unwrap()
}

async fn tap(bench: &Bench, record: &LinkRecord, name: &str, second: i64, opened: bool) -> Tapped {
    let download = Download {
        build: build_id(1),
        app: app("wallet"),
        environment: Some(environment("dev")),
        artifact: Digest::of(b"app"),
        name: "app.apk".parse().unwrap(),
        by: Actor::guest(record.owner(), record.link.permit()),
        link: Some(record.link.id.clone()),
        at: noon(second),
        user_agent: None,
    };
    let link = &record.link.id;
    let tap = Tap {
        link,
        name,
        opened,
        size: SIZE,
        allowance: record.link.allowance(&DailyLimits::USUAL),
        today: record.today,
    };
    let salt = format!("{name}-{second}");
    bench
        .table
        .links()
        .tap(tap, &download, &salt)
        .await
        .unwrap()
}

async fn downloads(bench: &Bench) -> Vec<Download> {
    let limit = Limit::try_from(100).unwrap();
    let page = bench
        .table
        .downloads()
        .list(&build_id(1), limit, None)
        .await;
    page.unwrap().items
}

#[tokio::test]
async fn a_link_is_read_back_with_its_makers_groups_and_is_known_for_a_month_after() {
    let bench = Bench::new().await;
    for number in [1, 3, 2] {
        kept(&bench, &link(number, None)).await;
    }
    let first = now_is(&bench, &link(1, None)).await;
    // Records name who it was without their groups; these stand beside.
    assert_eq!(first.owner(), link(1, None).link.by);
    let listed = bench.table.links().list().await.unwrap();
    let ids: Vec<_> = listed.iter().map(|record| &record.link.id).collect();
    let expected = [3, 2, 1].map(|number| link(number, None).link.id);
    assert_eq!(ids, expected.iter().collect::<Vec<_>>());
    let item = bench.raw().await.get_item().table_name(&bench.table.name);
    let key = AttributeValue::S(first.link.id.to_string());
    let item = item.key("pk", AttributeValue::S("LINKS".to_owned()));
    let item = item.key("sk", key).send().await.unwrap().item.unwrap();
    let expiry = noon(3600).as_second() + 30 * 24 * 3600;
    assert_eq!(item["ttl"], AttributeValue::N(expiry.to_string()));
}

#[tokio::test]
async fn taps_of_a_day_are_counted_in_the_link_as_many_as_it_gives_however_they_meet() {
    let bench = Bench::new().await;
    let mut record = link(1, None);
    record.link.per_day = Some(4);
    kept(&bench, &record).await;
    let taps = (0..9).map(|number| (format!("{number:020}"), number));
    let taps = taps.map(async |(name, second)| tap(&bench, &record, &name, second, false).await);
    let found = join_all(taps).await;
    let count = |tapped: Tapped| found.iter().filter(|it| **it == tapped).count();
    assert_eq!((count(Tapped::Counted), count(Tapped::Paused)), (4, 5));
    let kept = now_is(&bench, &record).await;
    let given = kept.today.unwrap();
    assert_eq!(
        (given.downloads, given.bytes, kept.link.used),
        (4, 4 * SIZE, 4)
    );
    assert_eq!(given.ends, day_ends(noon(0)).as_second());
    assert_eq!(downloads(&bench).await.len(), 4);
    // Whatever it read before, a tap finds what is so by now.
    assert_eq!(tap(&bench, &kept, "late", 30, false).await, Tapped::Paused);
}

#[tokio::test]
async fn a_link_is_revoked_once_with_one_entry() {
    let bench = Bench::new().await;
    let record = link(1, None);
    kept(&bench, &record).await;
    let revoked = |second| Revoked {
        by: Actor::local(),
        at: noon(second),
    };
    let note = note(AuditAction::LinkRevoked);
    let revoke = |second| {
        let (id, revoked, note) = (record.link.id.clone(), revoked(second), note.clone());
        let table = bench.table.clone();
        async move { table.links().revoke(&id, &revoked, &note).await.unwrap() }
    };
    assert!(revoke(1).await);
    assert!(!revoke(2).await);
    assert_eq!(now_is(&bench, &record).await.link.revoked, Some(revoked(1)));
    assert_eq!(tap(&bench, &record, "a", 3, false).await, Tapped::Over);
    let entries = bench
        .table
        .audit()
        .month(&Month::of(noon(0)))
        .await
        .unwrap();
    assert_eq!(entries.len(), 2);
    let unknown = link(9, None).link.id;
    let there = bench
        .table
        .links()
        .revoke(&unknown, &revoked(1), &note)
        .await;
    assert!(!there.unwrap());
    assert_eq!(bench.table.links().get(&unknown).await.unwrap(), None);
}

#[tokio::test]
async fn of_many_taps_at_once_as_many_count_as_there_are_left() {
    let bench = Bench::new().await;
    let record = link(1, Some(3));
    kept(&bench, &record).await;
    let names: Vec<String> = (0..12).map(|number| format!("tap-{number}")).collect();
    let taps = names
        .iter()
        .map(|name| tap(&bench, &record, name, 1, false));
    let tapped = join_all(taps).await;
    let counted = tapped.iter().filter(|it| **it == Tapped::Counted).count();
    let over = tapped.iter().filter(|it| **it == Tapped::Over).count();
    assert_eq!((counted, over), (3, 9), "{tapped:?}");
    let record = now_is(&bench, &record).await;
    assert_eq!((record.link.used, record.link.left()), (3, Some(0)));
    assert_eq!(record.link.last_used_at, Some(noon(1)));
    let downloads = downloads(&bench).await;
    assert_eq!(downloads.len(), 3);
    assert_eq!(downloads[0].link, Some(record.link.id));
}

#[tokio::test]
async fn a_tap_that_is_sent_again_counts_once_for_ten_minutes_and_five_times() {
    let bench = Bench::new().await;
    let record = link(1, Some(1));
    kept(&bench, &record).await;
    // A double click: one of them is first.
    let both = join_all([1, 1].map(|second| tap(&bench, &record, "a", second, false))).await;
    assert!(both.contains(&Tapped::Counted) && both.contains(&Tapped::Repeated));
    for second in [2, 300, 590, 599] {
        let tapped = tap(&bench, &record, "a", second, false).await;
        assert_eq!(tapped, Tapped::Repeated, "{second}");
    }
    assert_eq!(tap(&bench, &record, "a", 600, false).await, Tapped::Stale);
    assert_eq!(now_is(&bench, &record).await.link.used, 1);

    let other = link(2, None);
    kept(&bench, &other).await;
    assert_eq!(tap(&bench, &other, "a", 0, false).await, Tapped::Counted);
    assert_eq!(tap(&bench, &other, "a", 599, false).await, Tapped::Repeated);
    assert_eq!(tap(&bench, &other, "a", 601, false).await, Tapped::Stale);
    assert_eq!(tap(&bench, &other, "b", 601, false).await, Tapped::Counted);
    // Whatever is repeated ends with the link, too.
    assert_eq!(tap(&bench, &other, "c", 3590, false).await, Tapped::Counted);
    assert_eq!(tap(&bench, &other, "c", 3600, false).await, Tapped::Over);
    assert_eq!(tap(&bench, &other, "d", 3600, false).await, Tapped::Over);
}

#[tokio::test]
async fn a_tap_behind_a_password_counts_only_once_it_was_opened() {
    let bench = Bench::new().await;
    let record = link(1, Some(5));
    kept(&bench, &record).await;
    assert_eq!(tap(&bench, &record, "a", 1, true).await, Tapped::Stale);
    let id = &record.link.id;
    bench
        .table
        .links()
        .open_tap(id, "a", noon(1))
        .await
        .unwrap();
    assert_eq!(tap(&bench, &record, "a", 2, true).await, Tapped::Counted);
    assert_eq!(tap(&bench, &record, "a", 3, true).await, Tapped::Repeated);
    assert_eq!(tap(&bench, &record, "b", 3, true).await, Tapped::Stale);
    bench
        .table
        .links()
        .open_tap(id, "b", noon(4))
        .await
        .unwrap();
    assert_eq!(tap(&bench, &record, "b", 604, true).await, Tapped::Stale);
    assert_eq!(now_is(&bench, &record).await.link.used, 1);
}

#[tokio::test]
async fn guesses_count_before_they_are_looked_at_and_lock_the_link_for_a_while() {
    let bench = Bench::new().await;
    let record = link(1, None);
    kept(&bench, &record).await;
    let guess = |second| {
        bench
            .table
            .links()
            .count_guess(&record.link.id, noon(second))
    };
    let guesses = join_all((0..20).map(|_| guess(1))).await;
    let mut counted: Vec<u32> = guesses.into_iter().filter_map(Result::unwrap).collect();
    counted.sort_unstable();
    assert_eq!(counted, [1, 2, 3, 4, 5]);
    assert_eq!(guess(900).await.unwrap(), None);
    // After a quarter of an hour it begins anew, with one more guess and not with five.
    assert_eq!(guess(901).await.unwrap(), Some(1));
    assert_eq!(guess(902).await.unwrap(), Some(2));
    let id = &record.link.id;
    bench
        .table
        .links()
        .open_tap(id, "a", noon(903))
        .await
        .unwrap();
    assert_eq!(guess(904).await.unwrap(), Some(1));
    let unknown = link(9, None).link.id;
    assert_eq!(
        bench
            .table
            .links()
            .count_guess(&unknown, noon(0))
            .await
            .unwrap(),
        None
    );
    assert_eq!(bench.table.links().get(&unknown).await.unwrap(), None);
}

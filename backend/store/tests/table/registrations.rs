//! A registration makes one build, however often and however many at once its job is delivered.

use domain::build::{Build, RegistrationKey};
use store::{
    Error,
    table::{Completed, PendingRegistration, Registration},
};

use crate::support::{Bench, app, build, environment, noon, registration_key, release};

fn pending(registration: Registration) -> PendingRegistration {
    match registration {
        Registration::Pending(pending) => pending,
        Registration::Done { .. } => panic!("done already"),
    }
}

#[tokio::test]
async fn a_registration_begins_ends_and_stays_ended() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    let key = registration_key(&wallet, "run-1");
    let begun = pending(bench.table.begin_registration(&key, noon(0)).await.unwrap());
    assert_eq!(begun.id.len(), 64);
    assert_eq!(begun.since, noon(0));

    let made = build(&wallet, 1);
    let released = release(&made, &environment("dev"), noon(5));
    let done = bench
        .table
        .complete_registration(&key, &made, Some(&released))
        .await
        .unwrap();
    assert_eq!(done, Completed::Done);
    assert_eq!(
        bench
            .table
            .current(&wallet, &environment("dev"))
            .await
            .unwrap(),
        Some(released)
    );
    let again = bench
        .table
        .begin_registration(&key, noon(10))
        .await
        .unwrap();
    assert_eq!(
        again,
        Registration::Done {
            build: made.id,
            number: 1
        }
    );
    assert_eq!(
        bench.table.pending_registrations(noon(1000)).await.unwrap(),
        []
    );
}

#[tokio::test]
async fn one_that_broke_off_is_taken_up_again() {
    let bench = Bench::new().await;
    let key = registration_key(&app("wallet"), "run-1");
    let first = pending(bench.table.begin_registration(&key, noon(0)).await.unwrap());
    bench
        .table
        .note_objects(&key, &["artifacts/wallet/1/app.apk".to_owned()])
        .await
        .unwrap();
    let second = pending(
        bench
            .table
            .begin_registration(&key, noon(60))
            .await
            .unwrap(),
    );
    assert_eq!(second.id, first.id);
    assert_eq!(second.since, noon(60));
    assert_eq!(second.objects, ["artifacts/wallet/1/app.apk"]);
}

#[tokio::test]
async fn two_completions_race_and_both_get_the_same_build() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    let key = registration_key(&wallet, "run-1");
    for number in 0..4 {
        bench
            .table
            .begin_registration(&key, noon(number))
            .await
            .unwrap();
    }
    let complete = |number| {
        let (table, key, made) = (bench.table.clone(), key.clone(), build(&wallet, number));
        tokio::spawn(async move {
            let released = release(&made, &environment("dev"), noon(0));
            let completed = table
                .complete_registration(&key, &made, Some(&released))
                .await
                .unwrap();
            match completed {
                Completed::Done => (true, made.id, made.number),
                Completed::AlreadyDone { build, number } => (false, build, number),
            }
        })
    };
    let completions: Vec<_> = (1..=8).map(complete).collect();
    let mut winners = 0;
    let mut made = Vec::new();
    for completion in completions {
        let (won, build, number) = completion.await.unwrap();
        winners += usize::from(won);
        made.push((build, number));
    }
    assert_eq!(winners, 1);
    made.dedup();
    assert_eq!(made.len(), 1, "all got the same build");
    // Nothing of the losers is left.
    let page = bench
        .table
        .builds(&wallet, domain::page::Limit::default(), None)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].id, made[0].0);
    assert_eq!(
        bench
            .table
            .current(&wallet, &environment("dev"))
            .await
            .unwrap()
            .unwrap()
            .build,
        made[0].0
    );
}

#[tokio::test]
async fn a_late_registration_of_an_older_release_is_not_current() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let newer = release(&build(&wallet, 2), &dev, noon(20));
    bench.table.put_release(&newer).await.unwrap();
    let key = registration_key(&wallet, "run-1");
    bench.table.begin_registration(&key, noon(0)).await.unwrap();
    let made = build(&wallet, 1);
    let older = release(&made, &dev, noon(10));
    let done = bench
        .table
        .complete_registration(&key, &made, Some(&older))
        .await
        .unwrap();
    assert_eq!(done, Completed::Done);
    assert_eq!(
        bench.table.current(&wallet, &dev).await.unwrap(),
        Some(newer)
    );
    assert_eq!(
        bench.table.build(&made.id).await.unwrap().unwrap().releases,
        [older]
    );
}

#[tokio::test]
async fn what_a_crash_leaves_behind_is_found_and_forgotten() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    let key = |run: &str| -> RegistrationKey { registration_key(&wallet, run) };
    for (run, seconds) in [("old", 0), ("done", 1), ("young", 100)] {
        bench
            .table
            .begin_registration(&key(run), noon(seconds))
            .await
            .unwrap();
    }
    bench
        .table
        .note_objects(&key("old"), &["b".to_owned(), "a".to_owned()])
        .await
        .unwrap();
    bench
        .table
        .note_objects(&key("old"), &["c".to_owned(), "a".to_owned()])
        .await
        .unwrap();
    bench.table.note_objects(&key("old"), &[]).await.unwrap();
    let made: Build = build(&wallet, 1);
    bench
        .table
        .complete_registration(&key("done"), &made, None)
        .await
        .unwrap();

    let mut found = bench.table.pending_registrations(noon(50)).await.unwrap();
    assert_eq!(found.len(), 1);
    let mut old = found.remove(0);
    assert_eq!(old.since, noon(0));
    old.objects.sort();
    assert_eq!(old.objects, ["a", "b", "c"]);

    assert!(bench.table.forget_registration(&old.id).await.unwrap());
    assert!(!bench.table.forget_registration(&old.id).await.unwrap());
    assert_eq!(
        bench.table.pending_registrations(noon(50)).await.unwrap(),
        []
    );
    // One that is done is not forgotten: its objects are in use.
    let done = match bench
        .table
        .begin_registration(&key("done"), noon(60))
        .await
        .unwrap()
    {
        Registration::Done { build, .. } => build,
        Registration::Pending(pending) => panic!("{pending:?}"),
    };
    assert_eq!(done, made.id);
}

#[tokio::test]
async fn a_forgotten_registration_cannot_be_completed() {
    let bench = Bench::new().await;
    let wallet = app("wallet");
    let key = registration_key(&wallet, "run-1");
    let begun = pending(bench.table.begin_registration(&key, noon(0)).await.unwrap());
    bench.table.forget_registration(&begun.id).await.unwrap();
    let made = build(&wallet, 1);
    let refused = bench.table.complete_registration(&key, &made, None).await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
    let refused = bench.table.note_objects(&key, &["a".to_owned()]).await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
    assert_eq!(bench.table.build(&made.id).await.unwrap(), None);
}

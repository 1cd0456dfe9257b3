//! A registration makes one build, however often and however many at once its job is delivered.

use std::sync::Arc;

use domain::{
    actor::Actor,
    audit::AuditAction,
    build::{Build, RegistrationKey},
    hold::{Held, Hold},
};
use store::{
    Error,
    table::{Obstacle, PendingRegistration, Registration, Released},
};

use crate::support::{Bench, app, build, environment, noon, note, registration_key, release};

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
    let begun = pending(
        bench
            .table
            .builds()
            .begin_registration(&key, noon(0))
            .await
            .unwrap(),
    );
    assert_eq!(begun.id.len(), 64);
    assert_eq!(begun.since, noon(0));

    let made = build(&wallet, 1);
    let released = release(&made, &environment("dev"), noon(5));
    let done = bench
        .register(&key, &made, &environment("dev"), noon(5))
        .await;
    assert_eq!(done, Released::Now(Box::new(released.clone())));
    assert_eq!(
        bench
            .table
            .releases()
            .current(&wallet, &environment("dev"))
            .await
            .unwrap(),
        Some(released)
    );
    let again = bench
        .table
        .builds()
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
        bench
            .table
            .builds()
            .pending_registrations(noon(1000))
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn one_that_broke_off_is_taken_up_again() {
    let bench = Bench::new().await;
    let key = registration_key(&app("wallet"), "run-1");
    let first = pending(
        bench
            .table
            .builds()
            .begin_registration(&key, noon(0))
            .await
            .unwrap(),
    );
    bench
        .table
        .builds()
        .note_objects(&key, &["artifacts/wallet/1/app.apk".to_owned()])
        .await
        .unwrap();
    let second = pending(
        bench
            .table
            .builds()
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
    let bench = Arc::new(Bench::new().await);
    let wallet = app("wallet");
    let key = registration_key(&wallet, "run-1");
    for number in 0..4 {
        bench
            .table
            .builds()
            .begin_registration(&key, noon(number))
            .await
            .unwrap();
    }
    let complete = |number| {
        let (bench, key, made) = (bench.clone(), key.clone(), build(&wallet, number));
        tokio::spawn(async move {
            let dev = environment("dev");
            match bench.register(&key, &made, &dev, noon(0)).await {
                Released::Now(_) => (true, made.id, made.number),
                Released::Registered { build, number } => (false, build, number),
                other => panic!("{other:?}"),
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
        .builds()
        .list(&wallet, domain::page::Limit::default(), None)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].id, made[0].0);
    assert_eq!(
        bench
            .table
            .releases()
            .current(&wallet, &environment("dev"))
            .await
            .unwrap()
            .unwrap()
            .build,
        made[0].0
    );
}

#[tokio::test]
async fn a_build_is_current_once_registered_though_the_clock_was_ahead_before() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    bench.release(&build(&wallet, 2), &dev, noon(20)).await;
    let key = registration_key(&wallet, "run-1");
    bench
        .table
        .builds()
        .begin_registration(&key, noon(0))
        .await
        .unwrap();
    let made = build(&wallet, 1);
    let Released::Now(released) = bench.register(&key, &made, &dev, noon(10)).await else {
        panic!("not released");
    };
    let next = noon(20) + jiff::SignedDuration::from_millis(1);
    assert_eq!(released.released_at, next);
    let current = bench.table.releases().current(&wallet, &dev).await.unwrap();
    assert_eq!(current, Some(*released));
}

#[tokio::test]
async fn of_registration_release_and_log_all_are_written_or_none() {
    let bench = Bench::new().await;
    let (wallet, dev) = (app("wallet"), environment("dev"));
    let key = registration_key(&wallet, "run-1");
    bench
        .table
        .builds()
        .begin_registration(&key, noon(0))
        .await
        .unwrap();
    let hold = Hold {
        on: Held::Environment {
            environment: dev.clone(),
            app: None,
        },
        reason: "stop".to_owned(),
        by: Actor::local(),
        since: noon(1),
    };
    bench
        .table
        .holds()
        .put(&hold, &note(AuditAction::Held))
        .await
        .unwrap();
    let made = build(&wallet, 1);
    let stopped = bench.register(&key, &made, &dev, noon(5)).await;
    assert_eq!(stopped, Released::Refused(Obstacle::Held));
    assert_eq!(bench.table.builds().get(&made.id).await.unwrap(), None);
    pending(
        bench
            .table
            .builds()
            .begin_registration(&key, noon(6))
            .await
            .unwrap(),
    );
    assert_eq!(bench.actions().await, [AuditAction::Held]);
    bench
        .table
        .holds()
        .lift(&hold.on, &note(AuditAction::Lifted))
        .await
        .unwrap();
    bench.register(&key, &made, &dev, noon(7)).await;
    assert_eq!(
        bench.actions().await,
        [
            AuditAction::Held,
            AuditAction::Lifted,
            AuditAction::Registered,
            AuditAction::Released
        ]
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
            .builds()
            .begin_registration(&key(run), noon(seconds))
            .await
            .unwrap();
    }
    bench
        .table
        .builds()
        .note_objects(&key("old"), &["b".to_owned(), "a".to_owned()])
        .await
        .unwrap();
    bench
        .table
        .builds()
        .note_objects(&key("old"), &["c".to_owned(), "a".to_owned()])
        .await
        .unwrap();
    bench
        .table
        .builds()
        .note_objects(&key("old"), &[])
        .await
        .unwrap();
    let made: Build = build(&wallet, 1);
    bench
        .table
        .builds()
        .complete_registration(&key("done"), &made, &note(AuditAction::Registered))
        .await
        .unwrap();

    let mut found = bench
        .table
        .builds()
        .pending_registrations(noon(50))
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    let mut old = found.remove(0);
    assert_eq!(old.since, noon(0));
    old.objects.sort();
    assert_eq!(old.objects, ["a", "b", "c"]);

    assert!(
        bench
            .table
            .builds()
            .forget_registration(&old.id)
            .await
            .unwrap()
    );
    // Nothing is there: as after a try whose answer was lost.
    assert!(
        bench
            .table
            .builds()
            .forget_registration(&old.id)
            .await
            .unwrap()
    );
    assert_eq!(
        bench
            .table
            .builds()
            .pending_registrations(noon(50))
            .await
            .unwrap(),
        []
    );
    // One that is done is not forgotten: its objects are in use.
    let done = match bench
        .table
        .builds()
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
    let begun = pending(
        bench
            .table
            .builds()
            .begin_registration(&key, noon(0))
            .await
            .unwrap(),
    );
    bench
        .table
        .builds()
        .forget_registration(&begun.id)
        .await
        .unwrap();
    let made = build(&wallet, 1);
    let registered = note(AuditAction::Registered);
    let refused = bench
        .table
        .builds()
        .complete_registration(&key, &made, &registered)
        .await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
    let refused = bench
        .table
        .builds()
        .note_objects(&key, &["a".to_owned()])
        .await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
    assert_eq!(bench.table.builds().get(&made.id).await.unwrap(), None);
}

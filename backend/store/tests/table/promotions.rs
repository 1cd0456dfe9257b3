//! One promotion at a time into an environment, and each of its states written with what the log says of it.

use domain::{
    actor::Actor,
    audit::{AuditAction, AuditRecord, Seals},
    build::Build,
    hold::{Held, Hold},
    month::Month,
    page::Limit,
    promotion::{Promotion, PromotionKind, State},
};
use futures::future::join_all;
use store::table::{Along, Obstacle, PromotionRecord, Released, Requested, Step, Stepped};

use crate::support::{Bench, app, build, environment, noon, note, run_id};

fn promotion(number: u64, build: &Build) -> Promotion {
    Promotion {
        id: format!("01KAG000000000000000{number:06}").parse().unwrap(),
        app: build.app.clone(),
        build: build.id.clone(),
        number: build.number,
        version: build.version.clone(),
        digest: build.digest(),
        to: environment("prod"),
        kind: PromotionKind::Forward,
        requested_by: Actor::local(),
        requested_at: noon(0),
        reason: "the release of the week".to_owned(),
        expires_at: noon(3600),
        bypass: None,
        withdraw: None,
        withdraw_from: Vec::new(),
        approvals: Vec::new(),
        gates: Vec::new(),
        state: State::Waiting,
        since: noon(0),
        run: None,
        last_error: None,
        copied: None,
    }
}

async fn requested(bench: &Bench, promotion: &Promotion) -> PromotionRecord {
    let notes = [note(AuditAction::PromotionRequested)];
    let requested = bench.table.promotions().request(promotion, None, &notes);
    match requested.await.unwrap() {
        Requested::New(record) => *record,
        Requested::Taken => panic!("taken"),
    }
}

fn noted(action: AuditAction) -> Step<'static> {
    Step {
        notes: vec![note(action)],
        ..Step::default()
    }
}

async fn done(
    bench: &Bench,
    before: &PromotionRecord,
    state: State,
    step: Step<'_>,
) -> PromotionRecord {
    let after = Promotion {
        state,
        ..before.promotion.clone()
    };
    match bench
        .table
        .promotions()
        .step(before, &after, step)
        .await
        .unwrap()
    {
        Stepped::Done(record) => *record,
        Stepped::Refused(why) => panic!("{why:?}"),
    }
}

async fn log_length(bench: &Bench) -> u64 {
    let span = bench.table.audit().span().await.unwrap();
    span.map_or(0, |span| span.head.number)
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_gets_the_place() {
    let bench = Bench::new().await;
    let build = build(&app("wallet"), 1);
    let requests = (1..=6).map(|number| {
        let (table, promotion) = (bench.table.clone(), promotion(number, &build));
        tokio::spawn(async move {
            let notes = [note(AuditAction::PromotionRequested)];
            let requested = table.promotions().request(&promotion, None, &notes).await;
            matches!(requested.unwrap(), Requested::New(_))
        })
    });
    let got = join_all(requests).await;
    assert_eq!(
        got.into_iter().filter(|got| *got.as_ref().unwrap()).count(),
        1
    );
    let open = bench.table.promotions().open().await.unwrap();
    assert_eq!(open.len(), 1);
    let slot = bench
        .table
        .promotions()
        .slot(&build.app, &environment("prod"))
        .await
        .unwrap();
    assert_eq!(slot, Some(open[0].id.clone()));
    assert_eq!(log_length(&bench).await, 1, "who got nothing left no entry");
}

#[tokio::test]
async fn a_promotion_leaves_its_place_when_it_is_over_and_its_lines_for_ever() {
    let bench = Bench::new().await;
    let build = build(&app("wallet"), 1);
    let waiting = requested(&bench, &promotion(1, &build)).await;
    let starting = Step {
        starts: true,
        ..noted(AuditAction::PromotionStarted)
    };
    let started = done(&bench, &waiting, State::Starting, starting).await;
    let prod = environment("prod");
    let after = started.promotion.clone().succeed(noon(9)).unwrap();
    let along = Along::Promotion {
        before: &started,
        after: &after,
        hold: None,
    };
    let grant = started.promotion.grant(&build, noon(9)).unwrap();
    let succeeded = note(AuditAction::PromotionSucceeded);
    let released = bench.table.releases().put(&grant, along, &succeeded);
    assert!(matches!(released.await.unwrap(), Released::Now(_)));
    assert_eq!(
        bench
            .table
            .releases()
            .current(&build.app, &prod)
            .await
            .unwrap(),
        Some(grant.release().clone())
    );
    assert_eq!(bench.table.promotions().open().await.unwrap(), []);
    assert_eq!(
        bench
            .table
            .promotions()
            .slot(&build.app, &prod)
            .await
            .unwrap(),
        None
    );
    let history = bench
        .table
        .promotions()
        .list(&build.app, &prod, Limit::default(), None);
    assert_eq!(history.await.unwrap().items[0].state, State::Succeeded);
    requested(&bench, &promotion(2, &build)).await;
    assert_eq!(log_length(&bench).await, 4);
}

#[tokio::test]
async fn nobody_writes_over_a_state_that_they_have_not_read() {
    let bench = Bench::new().await;
    let waiting = requested(&bench, &promotion(1, &build(&app("wallet"), 1))).await;
    done(
        &bench,
        &waiting,
        State::Expired,
        noted(AuditAction::PromotionExpired),
    )
    .await;
    let after = Promotion {
        state: State::Starting,
        ..waiting.promotion.clone()
    };
    let late =
        bench
            .table
            .promotions()
            .step(&waiting, &after, noted(AuditAction::PromotionStarted));
    assert_eq!(late.await.unwrap(), Stepped::Refused(Obstacle::Changed));
    assert_eq!(log_length(&bench).await, 2);
}

#[tokio::test]
async fn a_hold_and_a_withdrawal_stop_a_start_and_nothing_is_written() {
    let bench = Bench::new().await;
    let build = build(&app("wallet"), 1);
    let waiting = requested(&bench, &promotion(1, &build)).await;
    let after = Promotion {
        state: State::Starting,
        ..waiting.promotion.clone()
    };
    let starting = || Step {
        starts: true,
        ..noted(AuditAction::PromotionStarted)
    };
    let hold = |on: Held| Hold {
        on,
        reason: "stop".to_owned(),
        by: Actor::local(),
        since: noon(1),
    };
    for only in [None, Some(build.app.clone())] {
        let on = Held::Environment {
            environment: environment("prod"),
            app: only,
        };
        assert!(
            bench
                .table
                .holds()
                .put(&hold(on.clone()), &note(AuditAction::Held))
                .await
                .unwrap()
        );
        assert!(
            !bench
                .table
                .holds()
                .put(&hold(on.clone()), &note(AuditAction::Held))
                .await
                .unwrap()
        );
        let stopped = bench
            .table
            .promotions()
            .step(&waiting, &after, starting())
            .await
            .unwrap();
        assert_eq!(stopped, Stepped::Refused(Obstacle::Held));
        assert!(
            bench
                .table
                .holds()
                .lift(&on, &note(AuditAction::Lifted))
                .await
                .unwrap()
        );
        assert!(
            !bench
                .table
                .holds()
                .lift(&on, &note(AuditAction::Lifted))
                .await
                .unwrap()
        );
    }
    let on = Held::Build {
        app: build.app.clone(),
        build: build.id.clone(),
    };
    let (hold, withdrawn) = (hold(on), note(AuditAction::Withdrawn));
    let taken = bench
        .table
        .releases()
        .withdraw(&build.app, &build.id, &hold, &withdrawn);
    assert!(taken.await.unwrap().is_some());
    let stopped = bench
        .table
        .promotions()
        .step(&waiting, &after, starting())
        .await
        .unwrap();
    assert_eq!(stopped, Stepped::Refused(Obstacle::Withdrawn));
    let found = bench
        .table
        .releases()
        .withdrawn(std::slice::from_ref(&build.id))
        .await
        .unwrap();
    assert_eq!(found[&build.id], hold);
}

#[tokio::test]
async fn a_run_finds_the_promotion_that_it_carries_out() {
    let bench = Bench::new().await;
    let waiting = requested(&bench, &promotion(1, &build(&app("wallet"), 1))).await;
    let started = done(
        &bench,
        &waiting,
        State::Starting,
        noted(AuditAction::PromotionStarted),
    )
    .await;
    let after = Promotion {
        state: State::Running,
        run: Some(run_id("e-1")),
        ..started.promotion.clone()
    };
    bench
        .table
        .promotions()
        .step(&started, &after, Step::default())
        .await
        .unwrap();
    let found = bench
        .table
        .promotions()
        .of_run(&run_id("e-1"))
        .await
        .unwrap();
    assert_eq!(found, Some(after.id));
    assert_eq!(
        bench
            .table
            .promotions()
            .of_run(&run_id("e-2"))
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn eight_writers_of_the_log_at_once_make_one_chain() {
    let bench = Bench::new().await;
    let writers = (0..8).map(|_| {
        let table = bench.table.clone();
        tokio::spawn(async move {
            for _ in 0..3 {
                table
                    .audit()
                    .note(&note(AuditAction::Released))
                    .await
                    .unwrap();
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    let found = bench
        .table
        .audit()
        .month(&Month::of(noon(0)))
        .await
        .unwrap();
    let entries: Vec<_> = found
        .into_iter()
        .map(|found| found.entry.unwrap())
        .collect();
    assert_eq!(entries.len(), 24);
    assert_eq!(domain::audit::verify(&entries, Seals::default()), []);
}

#[tokio::test]
async fn a_clock_that_goes_back_over_a_month_breaks_no_chain() {
    let bench = Bench::new().await;
    let next_month = AuditRecord::new(
        "2026-12-01T00:00:01Z".parse().unwrap(),
        Actor::local(),
        "local",
        AuditAction::Held,
    );
    bench
        .table
        .audit()
        .note(&note(AuditAction::Released))
        .await
        .unwrap();
    bench.table.audit().note(&next_month).await.unwrap();
    bench
        .table
        .audit()
        .note(&note(AuditAction::Lifted))
        .await
        .unwrap();
    let span = bench.table.audit().span().await.unwrap().unwrap();
    assert_eq!(
        (span.first.to_string(), span.last.to_string()),
        ("2026-11".into(), "2026-12".into())
    );
    let found = bench.table.audit().month(&span.last).await.unwrap();
    let places: Vec<Option<u64>> = found.iter().map(|found| found.place).collect();
    assert_eq!(places, [Some(2), Some(3)]);
}

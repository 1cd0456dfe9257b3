//! A job's delivery breaks off, comes again, or comes twice at once.

use std::{pin::pin, task::Poll};

use domain::{Timestamp, digest::Digest};
use jobs::Error;
use sources::job::unanswered::Unanswered;
use testkit::{
    TestPortal,
    apk::apk_of_size,
    at, job, registering,
    zip::{deflated, stored, zip},
};

const KEY: &str = "wallet/BuildOutp/1";

async fn world_with(apk: &[u8]) -> TestPortal {
    let world = TestPortal::with_jobs().await;
    let entries = [deflated("app.apk", apk), stored("mapping.txt", b"a -> b")];
    world.services.put_artifact(KEY, zip(&entries)).await;
    world
}

/// Runs a job until it was polled so many times, then drops it, as when a function is killed. Whether it got to its end.
async fn cut_off(world: &TestPortal, polls: usize, now: Timestamp) -> bool {
    let mut running = pin!(
        world
            .jobs()
            .run(job("job-1", KEY, &registering("e-1")), now)
    );
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        running.as_mut().poll(context).map(|done| {
            done.unwrap();
            true
        })
    })
    .await
}

/// One build with exactly these bytes, released once, and nothing beside it.
async fn is_registered_once(world: &TestPortal, apk: &[u8], what: &str) {
    assert_eq!(world.build_count().await, 1, "{what}");
    let answer = world.codepipeline().last();
    assert!(answer.is_success(), "{what}: {answer:?}");
    let view = world
        .build(&answer.output("build_id").parse().unwrap())
        .await;
    assert_eq!(view.releases.len(), 1, "{what}");
    assert!(view.releases[0].current, "{what}");
    let key = format!("artifacts/wallet/{}/app.apk", Digest::of(apk));
    assert!(world.bytes(&key).await == apk, "{what}");
    let finals = world
        .keys()
        .await
        .into_iter()
        .filter(|key| !key.starts_with("staging/"));
    assert_eq!(finals.count(), 2, "{what}");
}

#[tokio::test]
async fn wherever_a_delivery_breaks_off_the_next_one_registers_once() {
    let apk = apk_of_size(20_000);
    let (mut polls, mut cuts, mut with_build) = (1, 0, 0);
    loop {
        let world = world_with(&apk).await;
        if cut_off(&world, polls, at("03:00:00")).await {
            break;
        }
        cuts += 1;
        with_build += usize::from(world.build_count().await == 1);
        let again = job("job-1", KEY, &registering("e-1"));
        let portal = &world.portal;
        world.jobs().run(again, at("03:00:30")).await.unwrap();
        let what = format!("cut off after {polls} polls");
        is_registered_once(&world, &apk, &what).await;
        // What the broken delivery left goes with the next sweep, and nothing else.
        testkit::sweep(portal, at("03:01:00")).await;
        let staged = world.store.objects.list("staging/").await.unwrap();
        assert!(staged.is_empty(), "{what}: {staged:?}");
        is_registered_once(&world, &apk, &what).await;
        polls += 1 + polls / 20;
    }
    assert!(cuts > 20, "only {cuts} places to break off were found");
    assert!(with_build > 0, "none of them was behind the transaction");
}

#[tokio::test]
async fn two_deliveries_at_once_make_one_build() {
    let apk = apk_of_size(300_000);
    let world = world_with(&apk).await;
    let run = || {
        world
            .jobs()
            .run(job("job-1", KEY, &registering("e-1")), at("03:00:00"))
    };
    let (first, second, third) = tokio::join!(run(), run(), run());
    for outcome in [first, second, third] {
        outcome.unwrap();
    }
    is_registered_once(&world, &apk, "three at once").await;
    let ids: Vec<String> = world
        .codepipeline()
        .answers()
        .iter()
        .map(|answer| answer.output("build_id").to_owned())
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0] && !id.is_empty()));
    assert!(
        world
            .store
            .objects
            .list("staging/")
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn an_answer_that_codepipeline_did_not_take_is_given_again_by_the_next_delivery() {
    let apk = apk_of_size(10_000);
    let world = world_with(&apk).await;
    world.codepipeline().refuse(true);
    let unanswered = world
        .jobs()
        .run(job("job-1", KEY, &registering("e-1")), at("03:00:00"))
        .await;
    assert!(
        matches!(unanswered, Err(Error::Answer(_))),
        "{unanswered:?}"
    );
    world.codepipeline().refuse(false);
    world
        .registers(job("job-1", KEY, &registering("e-1")), at("03:01:00"))
        .await;
    is_registered_once(&world, &apk, "answered late").await;
}

#[tokio::test]
async fn a_table_that_is_away_for_a_while_fails_no_pipeline() {
    let apk = apk_of_size(10_000);
    let world = TestPortal::builder().jobs().faults().start().await;
    let entries = [deflated("app.apk", &apk), stored("mapping.txt", b"a -> b")];
    world.services.put_artifact(KEY, zip(&entries)).await;
    let job = || job("job-1", KEY, &registering("e-1"));
    let jobs = world.jobs();
    let running = jobs.run(job(), at("03:00:00"));
    let unanswered = Box::pin(world.faults().away(running)).await;
    assert!(
        matches!(unanswered, Err(Error::Portal(portal::Error::Store(_)))),
        "{unanswered:?}"
    );
    assert!(world.codepipeline().answers().is_empty());
    let given_up = Unanswered::after_tries(&job());
    jobs.give_up(&given_up).await.unwrap();
    assert!(!world.codepipeline().last().is_success());
    world.registers(job(), at("03:01:00")).await;
    is_registered_once(&world, &apk, "once the table is back").await;
}

//! `clock`, driven through the Runtime API as a schedule does; and what a handler means.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use domain::{
    Timestamp,
    actor::Actor,
    digest::Digest,
    promotion::{Promotion, PromotionKind, State},
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::functions::Functions;

/// A file of a registration that is over, or never was.
const LEFT_BEHIND: &str = "staging/0123456789abcdef/first/0";
/// A file of a build.
const KEPT: &str = "artifacts/wallet/0123456789abcdef/app-release.apk";

#[tokio::test]
async fn what_a_registration_left_behind_goes_and_a_builds_files_stay() {
    let world = Functions::start().await;
    let objects = &world.store.objects;
    for key in [LEFT_BEHIND, KEPT] {
        let bytes = b"an application".to_vec();
        let put = objects.put_if_absent(key, bytes, "application/zip");
        assert!(put.await.unwrap());
    }
    let clock = world.lambda("clock").await;
    clock.invoke(json!({"time": "whenever"})).await.response();

    assert_eq!(objects.list("").await.unwrap(), [KEPT]);
    let line = clock.logged("\"swept\"").await;
    assert_eq!(line["objects"], 1);
}

#[tokio::test]
async fn a_sweep_that_fails_is_an_error_that_an_alarm_sees() {
    let world = Functions::start().await;
    let clock = world
        .lambda_with("clock", "TOWPATH_TABLE", "no-such-table")
        .await;
    clock.invoke(json!({})).await.error();
    clock.logged("not all that is due is done").await;
}

/// A promotion that has been running for so long, of a path that is not configured any more, so that nobody ends it.
fn running_for(duration: SignedDuration, now: Timestamp) -> Promotion {
    Promotion {
        id: "01KAG000000000000000000001".parse().unwrap(),
        app: "wallet".parse().unwrap(),
        build: "01KAG000000000000000000002".parse().unwrap(),
        number: 1,
        version: None,
        digest: Digest::of(b"the build's bytes"),
        to: "dev".parse().unwrap(),
        kind: PromotionKind::Forward,
        requested_by: Actor::local(),
        requested_at: now - duration,
        reason: "the release of the week".to_owned(),
        expires_at: now + duration,
        bypass: None,
        withdraw: None,
        withdraw_from: Vec::new(),
        approvals: Vec::new(),
        gates: Vec::new(),
        state: State::Running,
        since: now - duration,
        run: None,
        last_error: None,
        copied: None,
    }
}

#[tokio::test]
async fn promotions_that_run_for_more_than_an_hour_are_counted_and_others_are_not() {
    for (minutes, counted) in [(50, false), (70, true)] {
        let world = Functions::start().await;
        let now = lambdas::ambient::now();
        let promotion = running_for(SignedDuration::from_mins(minutes), now);
        let table = &world.store.table;
        table
            .promotions()
            .request(&promotion, None, &[])
            .await
            .unwrap();
        let clock = world.lambda_with("clock", "TOWPATH_HOME", "dev").await;
        clock.invoke(json!({})).await.response();
        clock.logged("\"swept\"").await;
        let log = clock.log();
        let line = log.iter().find(|line| line.contains("\"_aws\""));
        let open = line.map(|line| {
            let document: Value = serde_json::from_str(line).unwrap();
            document["PromotionsOpen"].as_u64()
        });
        assert_eq!(open, counted.then_some(Some(1)), "{minutes}");
    }
}

#[tokio::test]
async fn a_handler_that_means_no_function_stops_it_with_the_ones_that_would_do() {
    let world = Functions::start().await;
    let mut lambda = world.lambda("index.handler").await;
    assert!(!lambda.ended().await);
    let line = lambda.logged("cannot start").await;
    assert_eq!(
        line["error"],
        "the handler is \"index.handler\", which is no function of this program; it has: web, hooks, events, action, register, unanswered, clock"
    );
}

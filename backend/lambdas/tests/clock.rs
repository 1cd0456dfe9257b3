//! `clock`, driven through the Runtime API as a schedule does; and what a handler means.

mod common;

use common::world::World;
use serde_json::json;

/// A file of a registration that is over, or never was.
const LEFT_BEHIND: &str = "staging/0123456789abcdef/first/0";
/// A file of a build.
const KEPT: &str = "artifacts/wallet/0123456789abcdef/app-release.apk";

#[tokio::test]
async fn what_a_registration_left_behind_goes_and_a_builds_files_stay() {
    let world = World::start().await;
    let objects = &world.store.objects;
    for key in [LEFT_BEHIND, KEPT] {
        let bytes = b"an application".to_vec();
        objects.put(key, bytes, "application/zip").await.unwrap();
    }
    let clock = world.lambda("clock").await;
    clock.invoke(json!({"time": "whenever"})).await.response();

    assert_eq!(objects.list("").await.unwrap(), [KEPT]);
    let line = clock.logged("\"swept\"").await;
    assert_eq!(line["objects"], 1);
}

#[tokio::test]
async fn a_sweep_that_fails_is_an_error_that_an_alarm_sees() {
    let world = World::start().await;
    let clock = world
        .lambda_with("clock", "TOWPATH_TABLE", "no-such-table")
        .await;
    clock.invoke(json!({})).await.error();
    clock.logged("not all that is due is done").await;
}

#[tokio::test]
async fn a_handler_that_means_no_function_stops_it_with_the_ones_that_would_do() {
    let world = World::start().await;
    let mut lambda = world.lambda("index.handler").await;
    assert!(!lambda.ended().await);
    let line = lambda.logged("cannot start").await;
    assert_eq!(
        line["error"],
        "the handler is \"index.handler\", which is no function of this program; it has: web, hooks, events, action, clock"
    );
}

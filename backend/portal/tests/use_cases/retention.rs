//! What nobody came back for goes after a day; what a build names stays.

use api::uploads::{PromisedFile, UploadRequest};
use domain::{build::RegistrationKey, digest::Digest};
use jiff::SignedDuration;
use serde_json::json;
use store::table::Registration;
use testkit::{
    TestPortal,
    apk::{apk, apk_of_size},
    at, job, me, registering, wallet,
    zip::{stored, zip},
};

fn key(run: &str) -> RegistrationKey {
    RegistrationKey {
        app: wallet(),
        run: run.to_owned(),
        attempt: "1".to_owned(),
        owner: None,
    }
}

/// A registration that broke off after it had put these files in place.
async fn broken_off(world: &TestPortal, run: &str, files: &[(&str, &[u8])]) -> String {
    let table = &world.store.table;
    let begun = table
        .builds()
        .begin_registration(&key(run), at("03:00:00"))
        .await
        .unwrap();
    let Registration::Pending(pending) = begun else {
        panic!("{begun:?}");
    };
    let objects = &world.store.objects;
    let staged = format!("staging/{}/try/0", pending.id);
    objects
        .put(&staged, "half a file", "text/plain")
        .await
        .unwrap();
    for (name, bytes) in files {
        let key = final_key(name, bytes);
        table
            .builds()
            .note_objects(&self::key(run), std::slice::from_ref(&key))
            .await
            .unwrap();
        objects
            .put_if_absent(&key, bytes.to_vec(), "text/plain")
            .await
            .unwrap();
    }
    pending.id
}

fn final_key(name: &str, bytes: &[u8]) -> String {
    format!("artifacts/wallet/{}/{name}", Digest::of(bytes))
}

#[tokio::test]
async fn an_abandoned_registration_and_its_objects_go_after_a_day() {
    let world = TestPortal::with_jobs().await;
    broken_off(
        &world,
        "e-1",
        &[("app.apk", &apk(b"one")), ("sbom.json", b"{}")],
    )
    .await;
    let soon = testkit::sweep(&world.portal, at("23:00:00")).await;
    assert_eq!((soon.registrations, soon.objects), (0, 0));
    assert_eq!(world.keys().await.len(), 3);

    let tomorrow = at("03:00:01") + SignedDuration::from_hours(24);
    let swept = testkit::sweep(&world.portal, tomorrow).await;
    assert_eq!((swept.registrations, swept.objects), (1, 3));
    assert!(world.keys().await.is_empty());
    let again = testkit::sweep(&world.portal, tomorrow + SignedDuration::from_hours(48)).await;
    assert_eq!((again.registrations, again.objects), (0, 0));
}

#[tokio::test]
async fn an_object_that_a_build_names_stays_though_an_abandoned_registration_put_it_there() {
    let world = TestPortal::with_jobs().await;
    broken_off(
        &world,
        "e-1",
        &[("sbom.json", b"{}"), ("app.apk", &apk(b"one"))],
    )
    .await;
    let entries = [stored("app.apk", &apk(b"two")), stored("sbom.json", b"{}")];
    world.services.put_artifact("a/b/2", zip(&entries)).await;
    world
        .registers(job("job-2", "a/b/2", &registering("e-2")), at("04:00:00"))
        .await;
    let tomorrow = at("03:00:01") + SignedDuration::from_hours(24);
    let swept = testkit::sweep(&world.portal, tomorrow).await;
    assert_eq!((swept.registrations, swept.objects), (1, 2));
    let mut left = world.keys().await;
    left.sort();
    let mut expected = [
        final_key("app.apk", &apk(b"two")),
        final_key("sbom.json", b"{}"),
    ];
    expected.sort();
    assert_eq!(left, expected);
}

#[tokio::test]
async fn a_registration_that_was_taken_up_again_and_completed_loses_nothing() {
    let world = TestPortal::with_jobs().await;
    let apk = apk_of_size(10_000);
    world
        .services
        .put_artifact("a/b/1", zip(&[stored("app.apk", &apk)]))
        .await;
    let build = world
        .registers(job("job-1", "a/b/1", &registering("e-1")), at("03:00:00"))
        .await;
    let much_later = at("03:00:00") + SignedDuration::from_hours(24 * 400);
    let swept = testkit::sweep(&world.portal, much_later).await;
    assert_eq!((swept.registrations, swept.objects), (0, 0));
    let key = format!("artifacts/wallet/{}/app.apk", build.artifacts[0].digest);
    assert!(world.bytes(&key).await == apk);
}

#[tokio::test]
async fn an_abandoned_upload_goes_with_its_files() {
    let world = TestPortal::with_jobs().await;
    let request = UploadRequest {
        files: vec![PromisedFile {
            name: "app.apk".parse().unwrap(),
            size: 5,
            sha256: Digest::of(b"bytes"),
        }],
        environment: None,
        run: None,
        attempt: None,
        version: None,
        revision: None,
    };
    let (portal, actor, app) = (&world.portal, me(), wallet());
    let started = portal
        .uploads()
        .start(&actor, &app, request.clone(), at("03:00:00"));
    let plan = started.await.unwrap();
    testkit::put(&json!(plan.files[0].state), b"bytes").await;
    // Asking for it again shows that somebody still wants it.
    let asked_again = at("23:00:00");
    portal
        .uploads()
        .start(&actor, &app, request, asked_again)
        .await
        .unwrap();
    let tomorrow = at("04:00:00") + SignedDuration::from_hours(24);
    assert_eq!(testkit::sweep(&world.portal, tomorrow).await.objects, 0);
    assert_eq!(world.keys().await.len(), 1);
    let later = asked_again + SignedDuration::from_hours(25);
    assert_eq!(testkit::sweep(&world.portal, later).await.registrations, 1);
    assert!(world.keys().await.is_empty());
}

#[tokio::test]
async fn what_a_registration_of_a_clock_that_is_ahead_has_staged_stays() {
    let world = TestPortal::new().await;
    let ahead = at("03:00:00") + SignedDuration::from_hours(5);
    let builds = world.store.table.builds();
    let begun = builds.begin_registration(&key("ahead"), ahead).await;
    let Ok(Registration::Pending(pending)) = begun else {
        panic!("{begun:?}");
    };
    let staged = format!("staging/{}/try/0", pending.id);
    let objects = &world.store.objects;
    objects
        .put(&staged, "half a file", "text/plain")
        .await
        .unwrap();
    testkit::sweep(&world.portal, at("03:00:00")).await;
    assert_eq!(world.keys().await, [staged]);
}

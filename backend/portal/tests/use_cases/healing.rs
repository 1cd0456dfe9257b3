//! Objects that are not what was registered any more are found, and replaced by a push of the same file.

use api::uploads::{FileState, UploadPlan};
use domain::{Timestamp, build::Build};
use jiff::SignedDuration;
use portal::{scheduled, uploads::Ended};
use store::objects::Condition;
use testkit::{BUCKET, TestPortal, at, me, wallet};

use super::upload::{NOW, promised, put_file, request, start};

const GOOD: &[u8] = b"the app as it was built";

/// What may happen to an object.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Cut,
    Changed,
    /// On the disk, past the bucket, which knows the checksum of what was written.
    Altered,
    Removed,
}

fn key(build: &Build) -> String {
    let file = &build.artifacts[0];
    format!("artifacts/wallet/{}/{}", file.digest, file.name)
}

/// Pushes the bytes that are promised, as far as the portal wants them; what became of it.
async fn push(world: &TestPortal, bytes: &[u8]) -> (UploadPlan, Option<Ended>) {
    let plan = start(world, request(vec![promised("app.zip", GOOD)])).await;
    if plan.build.is_some() {
        return (plan, None);
    }
    put_file(&plan.files[0], bytes).await;
    let uploads = world.portal.uploads();
    uploads.complete(&me(), &plan.id, at(NOW)).await.unwrap();
    let ended = uploads.register(&plan.id, at(NOW)).await.unwrap();
    (plan, Some(ended))
}

async fn pushed(world: &TestPortal) -> Build {
    match push(world, GOOD).await.1 {
        Some(Ended::Registered(build)) => *build,
        other => panic!("{other:?}"),
    }
}

async fn harm(world: &TestPortal, key: &str, harm: Harm) {
    let objects = &world.store.objects;
    let before = objects.head(key).await.unwrap().unwrap();
    let bytes = match harm {
        Harm::Cut => &GOOD[..5],
        Harm::Changed => b"the app as it was hacked",
        Harm::Altered => return world.services.alter_object(BUCKET, key),
        Harm::Removed => return objects.delete(key).await.unwrap(),
    };
    let bytes = bytes[..bytes.len().min(GOOD.len())].to_vec();
    let condition = Condition::Is(&before.etag);
    assert!(objects.put_if(key, bytes, "x/y", condition).await.unwrap());
}

async fn tick(world: &TestPortal, at: Timestamp) {
    scheduled::run_scheduled_tasks(&world.portal, at)
        .await
        .unwrap();
}

async fn damage(world: &TestPortal, key: &str) -> Option<String> {
    let found = world.store.table.integrity().damage(key).await.unwrap();
    found.map(|damage| damage.found)
}

#[tokio::test]
async fn damage_is_found_within_a_day_and_a_push_of_the_same_file_puts_it_right() {
    for (how, found) in [
        (Harm::Cut, "it has 5 bytes"),
        (Harm::Changed, "its digest is "),
        (Harm::Altered, "its digest is "),
        (Harm::Removed, "it is missing"),
    ] {
        let world = TestPortal::new().await;
        let build = pushed(&world).await;
        let key = key(&build);
        tick(&world, at("04:00:00")).await;
        assert_eq!(damage(&world, &key).await, None);
        harm(&world, &key, how).await;
        // A round is over; the next one begins a day later.
        tick(&world, at("05:00:00")).await;
        assert_eq!(damage(&world, &key).await, None);
        let tomorrow = at("04:00:00") + SignedDuration::from_hours(24);
        tick(&world, tomorrow).await;
        let text = damage(&world, &key).await.unwrap();
        assert!(text.starts_with(found), "{how:?}: {text}");

        let healed = pushed(&world).await;
        assert_eq!(healed.id, build.id);
        assert_eq!(world.bytes(&key).await, GOOD, "{how:?}");
        assert_eq!(damage(&world, &key).await, None);
        // Nothing is left over, and the next push has nothing to do.
        assert_eq!(world.keys().await, [key]);
        assert_eq!(push(&world, GOOD).await.0.build, Some(build.id));
        assert_eq!(world.build_count().await, 1);
    }
}

#[tokio::test]
async fn what_is_cut_or_missing_is_put_right_before_anybody_has_found_it() {
    for how in [Harm::Cut, Harm::Removed] {
        let world = TestPortal::new().await;
        let build = pushed(&world).await;
        harm(&world, &key(&build), how).await;
        assert_eq!(pushed(&world).await.id, build.id);
        assert_eq!(world.bytes(&key(&build)).await, GOOD, "{how:?}");
    }
}

#[tokio::test]
async fn other_bytes_put_nothing_right() {
    let world = TestPortal::new().await;
    let build = pushed(&world).await;
    harm(&world, &key(&build), Harm::Cut).await;
    let plan = start(&world, request(vec![promised("app.zip", GOOD)])).await;
    let FileState::Put { .. } = &plan.files[0].state else {
        panic!("{plan:?}");
    };
    // Past the link, which takes nothing but the promised bytes.
    let staged = world.keys().await;
    assert_eq!(staged.len(), 1);
    let upload = world.store.table.builds().upload(&plan.id).await.unwrap();
    let staging = upload.unwrap().files[0].staging_key.clone();
    let evil = vec![0; GOOD.len()];
    world
        .store
        .objects
        .put(&staging, evil, "x/y")
        .await
        .unwrap();
    let uploads = world.portal.uploads();
    uploads.complete(&me(), &plan.id, at(NOW)).await.unwrap();
    let ended = uploads.register(&plan.id, at(NOW)).await.unwrap();
    let Ended::Failed(error) = ended else {
        panic!("{ended:?}");
    };
    assert!(error.to_string().contains("was promised"), "{error}");
    assert_eq!(world.bytes(&key(&build)).await, &GOOD[..5]);
    assert_eq!(pushed(&world).await.id, build.id);
    assert_eq!(world.bytes(&key(&build)).await, GOOD);
}

#[tokio::test]
async fn another_registration_of_the_same_file_puts_it_right_too() {
    for how in [Harm::Changed, Harm::Altered] {
        registered_again(how).await;
    }
}

async fn registered_again(how: Harm) {
    let world = TestPortal::new().await;
    let build = pushed(&world).await;
    harm(&world, &key(&build), how).await;
    let files = vec![promised("app.zip", GOOD), promised("more.txt", b"more")];
    let plan = start(&world, request(files)).await;
    put_file(&plan.files[0], GOOD).await;
    put_file(&plan.files[1], b"more").await;
    let registered = world.register(&me(), &plan.id, at(NOW)).await.unwrap();
    assert_ne!(registered.id, build.id);
    assert_eq!(registered.app, wallet());
    assert_eq!(world.bytes(&key(&build)).await, GOOD);
}

//! Uploads that are completed: they are registered away from people, and go on after whatever breaks off.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use api::uploads::FileState;
use domain::id::UploadId;
use futures::future::BoxFuture;
use jiff::SignedDuration;
use portal::{
    Error,
    background::{Background, NotTaken},
    uploads::{Ended, LEFT_ALONE},
};
use testkit::{TestPortal, apk::apk, at, faults::Fault, me, wallet};

use super::upload::{NOW, promised, put_file, request, start};

/// An upload of two files that are all there.
async fn uploaded(world: &TestPortal) -> UploadId {
    let files = vec![
        promised("app.apk", &apk(b"an app")),
        promised("a.txt", b"a -> b"),
    ];
    let plan = start(world, request(files)).await;
    put_file(&plan.files[0], &apk(b"an app")).await;
    put_file(&plan.files[1], b"a -> b").await;
    plan.id
}

async fn completed(world: &TestPortal) -> UploadId {
    let id = uploaded(world).await;
    let uploads = world.portal.uploads();
    uploads.complete(&me(), &id, at(NOW)).await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_can_be_cut_off_at_every_write_and_goes_on() {
    for fault in Fault::ALL {
        let mut writes = 0;
        loop {
            let world = TestPortal::builder().faults().start().await;
            let id = completed(&world).await;
            let registering = world.portal.uploads().register(&id, at(NOW));
            let cut = Box::pin(world.faults().cut_off(writes, fault, registering)).await;
            let uploads = world.portal.uploads();
            let again = Box::pin(uploads.register(&id, at("03:20:00"))).await;
            assert!(again.is_ok(), "{fault:?} at {writes}: {again:?}");
            let plan = uploads.plan(&me(), &id, at(NOW)).await.unwrap();
            let build = plan.build.unwrap();
            assert!(world.build(&build).await.releases[0].current);
            assert_eq!(world.build_count().await, 1, "{fault:?} at {writes}");
            testkit::sweep(&world.portal, at("03:30:00")).await;
            assert_eq!(world.keys().await.len(), 2, "{fault:?} at {writes}");
            assert!(
                uploads
                    .list(&me(), &wallet(), at(NOW))
                    .await
                    .unwrap()
                    .uploads
                    .is_empty()
            );
            world.assert_log_is_whole().await;
            if !cut {
                break;
            }
            writes += 1;
        }
        assert!(writes >= 7, "{fault:?}: {writes}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_clock_that_is_behind_began_to_register_is_not_abandoned() {
    let mut writes = 0;
    loop {
        let world = TestPortal::builder().faults().start().await;
        let id = completed(&world).await;
        let behind = at(NOW) - SignedDuration::from_hours(48);
        let registering = world.portal.uploads().register(&id, behind);
        let fault = Fault::StoppedBefore;
        let cut = Box::pin(world.faults().cut_off(writes, fault, registering)).await;
        testkit::sweep(&world.portal, at("03:10:00")).await;
        let uploads = world.portal.uploads();
        let again = Box::pin(uploads.register(&id, at("03:20:00"))).await;
        assert!(again.is_ok(), "at {writes}: {again:?}");
        let plan = uploads.plan(&me(), &id, at(NOW)).await.unwrap();
        assert!(plan.build.is_some(), "at {writes}: {plan:?}");
        assert_eq!(world.keys().await.len(), 2, "at {writes}");
        if !cut {
            break;
        }
        writes += 1;
    }
    assert!(writes >= 7, "{writes}");
}

#[tokio::test]
async fn no_build_names_a_file_that_is_gone_from_its_place() {
    for is_uploaded_still in [true, false] {
        let world = TestPortal::new().await;
        let id = completed(&world).await;
        let builds = world.store.table.builds();
        let mut upload = builds.upload(&id).await.unwrap().unwrap();
        upload.registering.as_mut().unwrap().files_done = 2;
        assert!(builds.put_upload(&mut upload, at(NOW)).await.unwrap());
        if !is_uploaded_still {
            let staged = &upload.files[0].staging_key;
            world.store.objects.delete(staged).await.unwrap();
        }
        let uploads = world.portal.uploads();
        let ended = uploads.register(&id, at(NOW)).await.unwrap();
        if is_uploaded_still {
            assert!(matches!(ended, Ended::Registered(_)), "{ended:?}");
            assert_eq!(world.keys().await.len(), 2);
        } else {
            let Ended::Failed(error) = ended else {
                panic!("registered without a file");
            };
            let expected = "the file app.apk is gone: upload it again";
            assert_eq!(error.told(), expected);
            assert_eq!(world.build_count().await, 0);
        }
    }
}

#[tokio::test]
async fn files_that_are_in_place_are_not_read_again() {
    let world = TestPortal::new().await;
    let id = completed(&world).await;
    let uploads = world.portal.uploads();
    let mut upload = world
        .store
        .table
        .builds()
        .upload(&id)
        .await
        .unwrap()
        .unwrap();
    // The second file is gone when the first is in place.
    let second = upload.files[1].staging_key.clone();
    world.store.objects.delete(&second).await.unwrap();
    let Ok(Ended::Failed(error)) = uploads.register(&id, at(NOW)).await else {
        panic!("registered without a file");
    };
    assert!(error.to_string().contains("a.txt is gone"), "{error}");
    let plan = uploads.plan(&me(), &id, at(NOW)).await.unwrap();
    assert_eq!(plan.files[0].state, FileState::Done);
    put_file(&plan.files[1], b"a -> b").await;
    uploads.complete(&me(), &id, at(NOW)).await.unwrap();
    // A call that ended after the first file: the next one does not look for it.
    upload = world
        .store
        .table
        .builds()
        .upload(&id)
        .await
        .unwrap()
        .unwrap();
    upload.registering.as_mut().unwrap().files_done = 1;
    let first = upload.files[0].staging_key.clone();
    world.store.objects.delete(&first).await.unwrap();
    assert!(
        world
            .store
            .table
            .builds()
            .put_upload(&mut upload, at(NOW))
            .await
            .unwrap()
    );
    let ended = uploads.register(&id, at(NOW)).await;
    assert!(matches!(ended, Ok(Ended::Registered(_))), "{ended:?}");
}

#[tokio::test]
async fn what_is_being_registered_is_shown_to_those_who_see_the_app() {
    let world = TestPortal::new().await;
    let id = completed(&world).await;
    let uploads = world.portal.uploads();
    let shown = uploads
        .list(&me(), &wallet(), at(NOW))
        .await
        .unwrap()
        .uploads;
    let size = apk(b"an app").len() as u64 + 6;
    let seen = shown.iter().map(|upload| {
        let name = upload.name.to_string();
        (upload.id.clone(), name, upload.files, upload.size)
    });
    let seen: Vec<_> = seen.collect();
    assert_eq!(seen, [(id.clone(), "app.apk".to_owned(), 2, size)]);
    let shop = "shop".parse().unwrap();
    assert_eq!(
        uploads.list(&me(), &shop, at(NOW)).await.unwrap().uploads,
        []
    );
    uploads.register(&id, at(NOW)).await.unwrap();
    assert_eq!(
        uploads
            .list(&me(), &wallet(), at(NOW))
            .await
            .unwrap()
            .uploads,
        []
    );
}

/// Keeps what it is handed.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<UploadId>>, AtomicBool);

impl Background for Kept {
    fn register<'a>(&'a self, upload: &'a UploadId) -> BoxFuture<'a, Result<(), NotTaken>> {
        self.0.lock().unwrap().push(upload.clone());
        let lost = self.1.load(Ordering::SeqCst);
        Box::pin(async move {
            if lost {
                Err(NotTaken("nobody listens".into()))
            } else {
                Ok(())
            }
        })
    }
}

#[tokio::test]
async fn an_upload_that_nobody_works_on_is_handed_over_again_until_a_day_is_over() {
    let world = TestPortal::new().await;
    let kept = Arc::new(Kept::default());
    let portal = world.another(|parts| parts.background = Some(kept.clone()));
    let handed_over = || std::mem::take(&mut *kept.0.lock().unwrap());
    let id = uploaded(&world).await;
    kept.1.store(true, Ordering::SeqCst);
    let actor = me();
    let complete = || portal.uploads().complete(&actor, &id, at(NOW));
    // That a call is lost is nobody's error: the clock makes it good. Completing again does not call again.
    complete().await.unwrap();
    complete().await.unwrap();
    assert_eq!(handed_over(), std::slice::from_ref(&id));
    let resume = async |now| portal.uploads().resume(LEFT_ALONE, now).await.unwrap();
    assert_eq!(resume(at("03:10:00")).await, 0);
    assert_eq!(handed_over(), []);
    assert_eq!(resume(at("03:16:00")).await, 0);
    assert_eq!(handed_over(), std::slice::from_ref(&id));
    assert_eq!(resume(at("04:00:01")).await, 1, "slow");
    assert_eq!(handed_over(), std::slice::from_ref(&id));
    let next_day = at("03:00:01") + SignedDuration::from_hours(24);
    resume(next_day).await;
    assert_eq!(handed_over(), std::slice::from_ref(&id));
    let ended = portal.uploads().register(&id, next_day).await;
    assert!(
        matches!(ended, Ok(Ended::Failed(Error::GivenUp))),
        "{ended:?}"
    );
    let plan = portal.uploads().plan(&me(), &id, at(NOW)).await.unwrap();
    assert!(plan.failed.unwrap().contains("for a day"));
    assert!(plan.registering.is_none());
}

#[tokio::test]
async fn what_nobody_has_completed_is_not_registered() {
    let world = TestPortal::new().await;
    let id = uploaded(&world).await;
    let uploads = world.portal.uploads();
    let ended = uploads.register(&id, at(NOW)).await;
    assert!(matches!(ended, Ok(Ended::Nothing)), "{ended:?}");
    let unknown = "01KAF000000000000000000001".parse().unwrap();
    let ended = uploads.register(&unknown, at(NOW)).await;
    assert!(matches!(ended, Ok(Ended::Nothing)), "{ended:?}");
    assert_eq!(world.build_count().await, 0);
    // Nor is one again that is registered.
    world.register(&me(), &id, at(NOW)).await.unwrap();
    let ended = uploads.register(&id, at(NOW)).await;
    assert!(matches!(ended, Ok(Ended::Nothing)), "{ended:?}");
    assert_eq!(world.build_count().await, 1);
}

//! Builds that come in through presigned links, also over a connection that breaks.

use api::uploads::{FilePlan, FileState, PartPlan, PromisedFile, UploadPlan, UploadRequest};
use domain::{digest::Digest, event::Revision};
use portal::Error;
use reqwest::StatusCode;
use serde_json::json;
use testkit::{
    TestPortal,
    apk::{apk, apk_of_size},
    at, dev, me, preprod, wallet,
    zip::noise,
};

pub(crate) const NOW: &str = "03:00:00";

pub(crate) fn promised(name: &str, bytes: &[u8]) -> PromisedFile {
    PromisedFile {
        name: name.parse().unwrap(),
        size: bytes.len() as u64,
        sha256: Digest::of(bytes),
    }
}

pub(crate) fn request(files: Vec<PromisedFile>) -> UploadRequest {
    UploadRequest {
        files,
        environment: Some(dev()),
        run: None,
        attempt: None,
        version: Some("2.1.0".to_owned()),
        revision: Some(Revision {
            commit: "0a1b2c3d".to_owned(),
            message: None,
            branch: Some("main".to_owned()),
            repository: None,
            url: None,
        }),
    }
}

pub(crate) async fn start(world: &TestPortal, request: UploadRequest) -> UploadPlan {
    world
        .portal
        .uploads()
        .start(&me(), &wallet(), request, at(NOW))
        .await
        .unwrap()
}

/// What the bucket answers to a file that is put in one request.
async fn put_whole(plan: &FilePlan, bytes: &[u8]) -> StatusCode {
    testkit::try_to_put(&json!(plan.state), bytes)
        .await
        .status()
}

async fn put(url: &str, bytes: &[u8]) -> StatusCode {
    let client = reqwest::Client::new();
    let sent = client.put(url).body(bytes.to_vec()).send().await;
    sent.unwrap().status()
}

pub(crate) async fn put_file(plan: &FilePlan, bytes: &[u8]) {
    match &plan.state {
        FileState::Done => {}
        FileState::Put { .. } => assert_eq!(put_whole(plan, bytes).await, 200),
        FileState::Parts { parts } => {
            for part in parts {
                put_part(part, bytes).await;
            }
        }
    }
}

async fn put_part(part: &PartPlan, bytes: &[u8]) {
    let start = usize::try_from(part.offset).unwrap();
    let end = start + usize::try_from(part.size).unwrap();
    assert_eq!(put(&part.url, &bytes[start..end]).await, 200);
}

#[tokio::test]
async fn pushed_files_become_a_build_and_a_release() {
    let world = TestPortal::with_jobs().await;
    let (apk, mapping) = (apk_of_size(300_000), b"a -> b".to_vec());
    let files = vec![promised("app.apk", &apk), promised("mapping.txt", &mapping)];
    let plan = start(&world, request(files)).await;
    put_file(&plan.files[0], &apk).await;
    put_file(&plan.files[1], &mapping).await;
    let seen = world
        .portal
        .uploads()
        .plan(&me(), &plan.id, at(NOW))
        .await
        .unwrap();
    assert!(seen.files.iter().all(|file| file.state == FileState::Done));

    let build = world.register(&me(), &plan.id, at(NOW)).await.unwrap();
    assert_eq!(build.version.as_deref(), Some("2.1.0"));
    assert_eq!(build.artifacts[0].digest, Digest::of(&apk));
    let key = format!("artifacts/wallet/{}/app.apk", Digest::of(&apk));
    assert!(world.bytes(&key).await == apk);
    assert!(world.build(&build.id).await.releases[0].current);
    assert_eq!(world.keys().await.len(), 2, "nothing stays in staging");
}

#[tokio::test]
async fn completing_twice_gives_the_same_build_and_so_does_the_same_push_again() {
    let world = TestPortal::with_jobs().await;
    let files = || vec![promised("app.apk", &apk(b"bytes"))];
    let plan = start(&world, request(files())).await;
    put_file(&plan.files[0], &apk(b"bytes")).await;
    let actor = me();
    let complete = || world.register(&actor, &plan.id, at(NOW));
    let (first, second) = tokio::join!(complete(), complete());
    let first = first.unwrap();
    assert_eq!(first.id, second.unwrap().id);
    assert_eq!(complete().await.unwrap().id, first.id);
    let again = start(&world, request(files())).await;
    assert_eq!(
        (&again.id, again.build.as_ref()),
        (&plan.id, Some(&first.id))
    );
    assert_eq!(world.build_count().await, 1);
}

#[tokio::test]
async fn a_pushed_build_is_released_elsewhere_by_pushing_it_again() {
    let world = TestPortal::with_jobs().await;
    let files = || vec![promised("app.apk", &apk(b"bytes"))];
    let plan = start(&world, request(files())).await;
    put_file(&plan.files[0], &apk(b"bytes")).await;
    let build = world.register(&me(), &plan.id, at(NOW)).await.unwrap();
    let elsewhere = UploadRequest {
        environment: Some(preprod()),
        ..request(files())
    };
    let again = start(&world, elsewhere).await;
    assert_eq!(again.build, Some(build.id.clone()));
    let tester = world
        .portal
        .builds()
        .tester(&me(), &wallet(), &preprod(), at(NOW))
        .await
        .unwrap();
    assert_eq!(tester.current.unwrap().release.build, build.id);
}

#[tokio::test]
async fn a_long_file_goes_up_in_parts_and_resumes_where_it_broke_off() {
    let world = TestPortal::with_jobs().await;
    let apk = apk_of_size((66 << 20) + 12_345);
    let files = || vec![promised("app.apk", &apk)];
    let plan = start(&world, request(files())).await;
    let FileState::Parts { parts } = &plan.files[0].state else {
        panic!("{plan:?}");
    };
    assert_eq!(parts.len(), 9);
    for part in [&parts[0], &parts[4], &parts[8]] {
        put_part(part, &apk).await;
    }
    let early = world.register(&me(), &plan.id, at(NOW)).await;
    assert!(matches!(early, Err(Error::Invalid { .. })), "{early:?}");

    let resumed = start(&world, request(files())).await;
    assert_eq!(resumed.id, plan.id);
    let FileState::Parts { parts } = &resumed.files[0].state else {
        panic!("{resumed:?}");
    };
    let missing: Vec<i32> = parts.iter().map(|part| part.number).collect();
    assert_eq!(missing, [2, 3, 4, 6, 7, 8]);
    put_file(&resumed.files[0], &apk).await;
    let build = world.register(&me(), &plan.id, at(NOW)).await.unwrap();
    assert_eq!(build.artifacts[0].digest, Digest::of(&apk));
    assert_eq!(world.keys().await.len(), 1);
}

#[tokio::test]
async fn a_long_file_that_is_completed_by_many_at_once_becomes_one_build_for_all() {
    let world = TestPortal::with_jobs().await;
    let apk = apk_of_size((64 << 20) + 1);
    let plan = start(&world, request(vec![promised("app.apk", &apk)])).await;
    put_file(&plan.files[0], &apk).await;
    let now = at(NOW);
    let all = (0..6).map(|_| {
        let (portal, id) = (world.portal.clone(), plan.id.clone());
        tokio::spawn(async move { testkit::register(&portal, &me(), &id, now).await })
    });
    let all = futures::future::join_all(all).await;
    let mut builds: Vec<_> = all
        .into_iter()
        .map(|made| made.unwrap().unwrap().id)
        .collect();
    builds.dedup();
    assert_eq!(builds.len(), 1);
    assert_eq!(world.build_count().await, 1);
}

#[tokio::test]
async fn other_bytes_than_promised_do_not_get_into_the_bucket() {
    let world = TestPortal::with_jobs().await;
    let package = apk(b"promised");
    let plan = start(&world, request(vec![promised("app.apk", &package)])).await;
    assert_eq!(put_whole(&plan.files[0], &apk(b"altered!")).await, 400);
    assert!(world.keys().await.is_empty());
    // Nor does a request without the digest that the link is signed for.
    let FileState::Put { url, headers } = &plan.files[0].state else {
        panic!("{plan:?}");
    };
    assert_eq!(headers.len(), 1, "{headers:?}");
    assert_eq!(put(url, &package).await, 403);
    assert!(world.keys().await.is_empty());
    put_file(&plan.files[0], &package).await;
    world.register(&me(), &plan.id, at(NOW)).await.unwrap();
}

#[tokio::test]
async fn other_parts_than_promised_are_refused_and_can_be_put_right() {
    let world = TestPortal::with_jobs().await;
    let apk = apk_of_size((64 << 20) + 1);
    let mut altered = apk.clone();
    altered[70_000] ^= 1;
    let plan = start(&world, request(vec![promised("app.apk", &apk)])).await;
    put_file(&plan.files[0], &altered).await;
    match world.register(&me(), &plan.id, at(NOW)).await {
        Err(Error::Conflict { detail }) => {
            assert!(
                detail.contains("app.apk") && detail.contains("SHA-256"),
                "{detail}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.build_count().await, 0);
    assert!(world.keys().await.is_empty());
    let uploads = world.portal.uploads();
    let again = uploads.plan(&me(), &plan.id, at(NOW)).await.unwrap();
    let failed = again.failed.unwrap();
    assert!(failed.contains("SHA-256"), "{failed}");
    put_file(&again.files[0], &apk).await;
    let build = world.register(&me(), &plan.id, at(NOW)).await.unwrap();
    assert_eq!(build.artifacts[0].digest, Digest::of(&apk));
    let done = uploads.plan(&me(), &plan.id, at(NOW)).await.unwrap();
    assert_eq!(done.failed, None);
}

#[tokio::test]
async fn a_link_takes_the_promised_number_of_bytes_only() {
    let world = TestPortal::with_jobs().await;
    let plan = start(&world, request(vec![promised("app.apk", b"promised")])).await;
    let more = put_whole(&plan.files[0], b"much more than was promised").await;
    assert_eq!(more, 403);
    assert!(world.keys().await.is_empty());
}

#[tokio::test]
async fn what_makes_no_build_is_refused_with_the_field() {
    let world = TestPortal::with_jobs().await;
    let many = (0..101)
        .map(|number| promised(&format!("{number}.txt"), b"x"))
        .collect();
    let huge = PromisedFile {
        size: (4 << 30) + 1,
        ..promised("app.apk", b"x")
    };
    let cases = [
        (vec![], "files"),
        (many, "files"),
        (
            vec![promised("a", b"1"), promised("a", b"2")],
            "files[1].name",
        ),
        (vec![huge], "files[0].size"),
    ];
    for (files, expected) in cases {
        let refused = world
            .portal
            .uploads()
            .start(&me(), &wallet(), request(files), at(NOW))
            .await;
        match refused {
            Err(Error::Invalid { field, .. }) => assert_eq!(field, expected),
            other => panic!("{other:?}"),
        }
    }
    let nowhere = UploadRequest {
        environment: Some("moon".parse().unwrap()),
        ..request(vec![promised("app.apk", b"x")])
    };
    let refused = world
        .portal
        .uploads()
        .start(&me(), &wallet(), nowhere, at(NOW))
        .await;
    assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == "environment"));
    for version in ["", " ", "2.1.0\n", "\u{1b}[2J", &"1".repeat(501)] {
        let odd = UploadRequest {
            version: Some(version.to_owned()),
            ..request(vec![promised("app.apk", b"x")])
        };
        let refused = world
            .portal
            .uploads()
            .start(&me(), &wallet(), odd, at(NOW))
            .await;
        assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == "version"));
    }
    let app = "unknown".parse().unwrap();
    let files = request(vec![promised("app.apk", b"x")]);
    let refused = world
        .portal
        .uploads()
        .start(&me(), &app, files, at(NOW))
        .await;
    assert!(matches!(refused, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn a_run_and_attempt_make_one_build_and_cannot_promise_two() {
    let world = TestPortal::with_jobs().await;
    let of_run = |bytes: &[u8], attempt| UploadRequest {
        run: Some("github/acme/wallet/7".parse().unwrap()),
        attempt: Some(attempt),
        ..request(vec![promised("app.apk", bytes)])
    };
    let first = start(&world, of_run(b"one", 1)).await;
    let other = world
        .portal
        .uploads()
        .start(&me(), &wallet(), of_run(b"two", 1), at(NOW))
        .await;
    assert!(matches!(other, Err(Error::Conflict { .. })), "{other:?}");
    let second = start(&world, of_run(b"two", 2)).await;
    assert_ne!(first.id, second.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_begin_the_same_at_once_go_on_with_one_upload() {
    let world = TestPortal::new().await;
    let apk = noise(5, (64 << 20) + 1);
    let wanted = request(vec![promised("app.apk", &apk)]);
    let now = at(NOW);
    let all = (0..8).map(|_| {
        let (portal, wanted) = (world.portal.clone(), wanted.clone());
        tokio::spawn(async move { portal.uploads().start(&me(), &wallet(), wanted, now).await })
    });
    let all = futures::future::join_all(all).await;
    let multiparts = all.into_iter().map(|plan| {
        let FileState::Parts { parts } = plan.unwrap().unwrap().files.remove(0).state else {
            panic!("not in parts");
        };
        let url = reqwest::Url::parse(&parts[0].url).unwrap();
        let mut query = url.query_pairs();
        let id = query.find(|(name, _)| name == "uploadId");
        id.unwrap().1.into_owned()
    });
    let mut multiparts: Vec<String> = multiparts.collect();
    multiparts.dedup();
    assert_eq!(multiparts.len(), 1, "{multiparts:?}");
}

#[tokio::test]
async fn an_upload_that_is_completed_while_others_ask_for_its_plan_is_to_be_registered() {
    let world = TestPortal::new().await;
    for number in 0..8 {
        let notes = format!("notes {number}").into_bytes();
        let plan = start(&world, request(vec![promised("notes.txt", &notes)])).await;
        put_file(&plan.files[0], &notes).await;
        let (uploads, caller, now) = (world.portal.uploads(), me(), at(NOW));
        let asked = (0..8).map(|_| uploads.plan(&caller, &plan.id, now));
        let completed = uploads.complete(&caller, &plan.id, now);
        let (completed, _) = futures::join!(completed, futures::future::join_all(asked));
        assert!(completed.unwrap().registering.is_some());
    }
}

//! A tap becomes a link that works for minutes, for one file.

use domain::{digest::Digest, id::BuildId, page::Limit};
use portal::{Error, download::Downloader};
use secrecy::ExposeSecret as _;
use testkit::{
    TestPortal,
    apk::{apk, apk_of_size},
    at, dev, job, me, preprod, registering, wallet,
    zip::{stored, zip},
};

async fn world_with(files: &[(&str, &[u8])]) -> (TestPortal, BuildId) {
    let world = TestPortal::with_jobs().await;
    let entries: Vec<_> = files
        .iter()
        .map(|(name, bytes)| stored(name, bytes))
        .collect();
    world.services.put_artifact("a/b/c", zip(&entries)).await;
    let build = world
        .registers(job("job-1", "a/b/c", &registering("e-1")), at("03:00:00"))
        .await;
    (world, build.id)
}

/// The real time: links are checked by a server with a clock of its own.
#[expect(clippy::disallowed_methods, reason = "a test is its own edge")]
fn now() -> domain::Timestamp {
    std::time::SystemTime::now().try_into().unwrap()
}

#[tokio::test]
async fn a_tap_gives_the_bytes_under_their_name_and_is_recorded() {
    let apk = apk_of_size(200_000);
    let (world, build) =
        world_with(&[("wallet-release.apk", &apk), ("mapping.txt", b"a -> b")]).await;
    let agent = Some("Mozilla/5.0 (Linux; Android 15)");
    let grant = world
        .portal
        .downloads()
        .latest(
            Downloader {
                actor: &me(),
                user_agent: agent,
                now: now(),
            },
            &wallet(),
            &dev(),
            None,
        )
        .await
        .unwrap();
    assert!(
        !format!("{grant:?}").contains("Signature"),
        "a link is not for logs"
    );
    let answer = reqwest::get(grant.url.expose_secret()).await.unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(
        header("content-type"),
        "application/vnd.android.package-archive"
    );
    assert!(header("content-disposition").contains("wallet-release.apk"));
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(Digest::of(&bytes), grant.digest);
    assert!(bytes == apk);

    let downloads = world
        .portal
        .downloads()
        .list(&me(), &build, Limit::default(), None)
        .await
        .unwrap()
        .items;
    assert_eq!(downloads.len(), 1);
    assert_eq!(downloads[0].environment, Some(dev()));
    assert_eq!(downloads[0].user_agent.as_deref(), agent);
}

#[tokio::test]
async fn a_tap_reads_one_item_and_writes_its_count_and_its_record() {
    let (world, _) = world_with(&[("app.apk", &apk(b"bytes"))]).await;
    world.meter.reset();
    world
        .portal
        .downloads()
        .latest(
            Downloader {
                actor: &me(),
                user_agent: None,
                now: now(),
            },
            &wallet(),
            &dev(),
            None,
        )
        .await
        .unwrap();
    let cost = world.meter.read();
    assert_eq!(cost.requests, 3, "a read and two writes: {cost:?}");
    assert!(cost.read_units <= 0.5, "{cost:?}");
    assert!(cost.write_units <= 2.0, "{cost:?}");
}

#[tokio::test]
async fn a_split_is_picked_by_its_abi_and_one_that_is_not_there_is_refused() {
    let (world, build) = world_with(&[("app.apk", &apk(b"bytes"))]).await;
    let ask = |abi: &'static str| {
        let portal = world.portal.clone();
        async move {
            portal
                .downloads()
                .latest(
                    Downloader {
                        actor: &me(),
                        user_agent: None,
                        now: now(),
                    },
                    &wallet(),
                    &dev(),
                    Some(abi),
                )
                .await
        }
    };
    // Of this package no native code is known, so it is for every device.
    assert_eq!(ask("arm64-v8a").await.unwrap().build, build);
    // An environment that has nothing yet says so.
    let nothing = world
        .portal
        .downloads()
        .latest(
            Downloader {
                actor: &me(),
                user_agent: None,
                now: now(),
            },
            &wallet(),
            &preprod(),
            None,
        )
        .await;
    assert!(
        matches!(nothing, Err(Error::NotFound { .. })),
        "{nothing:?}"
    );
}

#[tokio::test]
async fn a_link_works_for_its_own_file_only() {
    let (world, build) = world_with(&[
        ("app.apk", &apk(b"package")),
        ("mapping.txt", b"secret names"),
    ])
    .await;
    let mapping = Digest::of(b"secret names");
    let grant = world
        .portal
        .downloads()
        .latest(
            Downloader {
                actor: &me(),
                user_agent: None,
                now: now(),
            },
            &wallet(),
            &dev(),
            None,
        )
        .await
        .unwrap();
    let apk = grant.digest.to_string();
    let url = grant.url.expose_secret();
    let other = url
        .replace(&apk, &mapping.to_string())
        .replace("app.apk", "mapping.txt");
    assert_eq!(reqwest::get(&other).await.unwrap().status(), 403);
    let renamed = url.replace("filename%3D%22app", "filename%3D%22evil");
    assert_ne!(renamed, url);
    assert_eq!(reqwest::get(&renamed).await.unwrap().status(), 403);

    let own = world
        .portal
        .downloads()
        .file(
            Downloader {
                actor: &me(),
                user_agent: None,
                now: now(),
            },
            (None, &build),
            &mapping,
        )
        .await
        .unwrap();
    let text = reqwest::get(own.url.expose_secret()).await.unwrap();
    let text = text.text().await.unwrap();
    assert_eq!(text, "secret names");
    let unknown = Digest::of(b"never registered");
    let refused = world
        .portal
        .downloads()
        .file(
            Downloader {
                actor: &me(),
                user_agent: None,
                now: now(),
            },
            (None, &build),
            &unknown,
        )
        .await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_link_ends_after_five_minutes() {
    let (world, _) = world_with(&[("app.apk", &apk(b"bytes"))]).await;
    let before = now() - jiff::SignedDuration::from_secs(301);
    let grant = world
        .portal
        .downloads()
        .latest(
            Downloader {
                actor: &me(),
                user_agent: None,
                now: before,
            },
            &wallet(),
            &dev(),
            None,
        )
        .await
        .unwrap();
    let over = reqwest::get(grant.url.expose_secret()).await.unwrap();
    assert_eq!(over.status(), 403);
}

#[tokio::test]
async fn a_table_that_takes_no_writes_keeps_nobody_from_the_bytes() {
    let world = TestPortal::builder().jobs().faults().start().await;
    let apk = apk_of_size(20_000);
    let artifact = zip(&[stored("wallet-release.apk", &apk)]);
    world.services.put_artifact("a/b/c", artifact).await;
    let job = job("job-1", "a/b/c", &registering("e-1"));
    let build = world.registers(job, at("03:00:00")).await;
    let (me, downloads) = (me(), world.portal.downloads());
    let by = Downloader {
        actor: &me,
        user_agent: None,
        now: now(),
    };
    let (wallet, dev) = (wallet(), dev());
    let latest = downloads.latest(by, &wallet, &dev, None);
    let grant = world.faults().without_writes(latest).await.unwrap();
    let answer = reqwest::get(grant.url.expose_secret()).await.unwrap();
    assert_eq!(answer.bytes().await.unwrap(), apk);
    let table = &world.store.table;
    let recorded = table.downloads().list(&build.id, Limit::default(), None);
    assert_eq!(recorded.await.unwrap().items, []);
    // Where nothing can be read either, nobody knows what to give.
    let latest = downloads.latest(by, &wallet, &dev, None);
    assert!(world.faults().away(latest).await.is_err());
}

//! What pages and API answers show.

use domain::{
    actor::Actor,
    build::{Artifact, ArtifactKind, Build},
    digest::Digest,
    install::InstallWarning,
    package::{Icon, Package, Signing},
    page::Limit,
};
use portal::{Error, download::Downloader};
use testkit::{TestPortal, at, dev, me, wallet};

/// A package of `wallet`, signed with a certificate of that name.
fn package(certificate: &str, version_code: u64) -> Package {
    let certificates = vec![Digest::of(certificate.as_bytes())];
    Package {
        name: Some("dev.example.wallet".to_owned()),
        version_name: Some(format!("1.0.{version_code}")),
        version_code: Some(version_code),
        label: Some("Wallet".to_owned()),
        signing: Signing {
            v2: certificates.clone(),
            v3: certificates,
            ..Signing::default()
        },
        ..Package::default()
    }
}

/// Registers a build with packages that were read before, one file each, and releases it in dev.
async fn released(world: &TestPortal, time: &str, packages: &[Package]) -> Build {
    let table = &world.store.table;
    let number = table.builds().next_number(&wallet()).await.unwrap();
    let artifacts = packages
        .iter()
        .enumerate()
        .map(|(place, package)| Artifact {
            name: format!("app-{place}.apk").parse().unwrap(),
            kind: ArtifactKind::Apk,
            digest: Digest::of(format!("{number} {place}").as_bytes()),
            size: 1_000 + place as u64,
            package: Some(package.clone()),
        });
    let build = Build {
        id: format!("01KAHA9V0000000000000000{number:02}")
            .parse()
            .unwrap(),
        app: wallet(),
        number,
        version: packages
            .first()
            .and_then(|package| package.version_name.clone()),
        revision: None,
        run: None,
        origin: testkit::records::PROVEN,
        registered_at: at(time),
        registered_by: Actor::local(),
        artifacts: artifacts.collect(),
    };
    testkit::registered(table, &build, &dev(), at(time)).await;
    build
}

async fn warnings(world: &TestPortal) -> (Vec<InstallWarning>, Option<String>) {
    let tester = world
        .portal
        .builds()
        .tester(&me(), &wallet(), &dev(), at("05:00:00"))
        .await;
    let current = tester.unwrap().current.unwrap();
    let warnings = current.warnings.into_iter().map(|it| it.warning);
    (warnings.collect(), current.refused)
}

#[tokio::test]
async fn a_tester_is_told_that_the_signature_differs_from_the_build_before() {
    let world = TestPortal::with_jobs().await;
    released(&world, "03:00:00", &[package("a", 1)]).await;
    released(&world, "03:01:00", &[package("a", 2)]).await;
    assert_eq!(warnings(&world).await, (vec![], None));
    released(&world, "03:02:00", &[package("b", 3)]).await;
    assert_eq!(
        warnings(&world).await.0,
        [InstallWarning::SignatureDiffers { up_to_api: None }]
    );
    // Whoever skipped that one still has to uninstall, for the next one too.
    released(&world, "03:03:00", &[package("b", 4)]).await;
    let differs = [InstallWarning::SignatureDiffers { up_to_api: None }];
    assert_eq!(warnings(&world).await.0, differs);
}

#[tokio::test]
async fn a_withdrawn_build_is_nothing_to_be_compared_with() {
    let world = TestPortal::with_jobs().await;
    released(&world, "03:00:00", &[package("a", 1)]).await;
    let wrong = released(&world, "03:01:00", &[package("b", 2)]).await;
    released(&world, "03:02:00", &[package("a", 3)]).await;
    let differs = [InstallWarning::SignatureDiffers { up_to_api: None }];
    assert_eq!(warnings(&world).await.0, differs);
    let (me, holds) = (me(), world.portal.holds());
    let withdrawn = holds.withdraw(&me, &wrong.id, "the wrong key", at("03:03:00"));
    withdrawn.await.unwrap();
    assert_eq!(warnings(&world).await.0, []);
}

#[tokio::test]
async fn splits_are_compared_with_the_split_for_the_same_processor() {
    let world = TestPortal::with_jobs().await;
    let split = |abi: &str, code| Package {
        abis: vec![abi.to_owned()],
        ..package("a", code)
    };
    // Flutter gives each processor's split a version code of its own.
    released(
        &world,
        "03:00:00",
        &[split("x86_64", 4001), split("arm64-v8a", 2001)],
    )
    .await;
    released(
        &world,
        "03:01:00",
        &[split("x86_64", 4002), split("arm64-v8a", 2002)],
    )
    .await;
    assert_eq!(warnings(&world).await.0, []);
}

#[tokio::test]
async fn a_build_without_a_package_is_released_and_has_no_download() {
    let world = TestPortal::with_jobs().await;
    released(&world, "03:00:00", &[]).await;
    let (warnings, refused) = warnings(&world).await;
    assert_eq!(warnings, []);
    assert!(refused.unwrap().contains("holds no Android package"));
    let portal = &world.portal;
    let grant = portal
        .downloads()
        .latest(
            Downloader {
                actor: &me(),
                user_agent: None,
                now: at("05:00:00"),
            },
            &wallet(),
            &dev(),
            None,
        )
        .await;
    assert!(matches!(grant, Err(Error::Refused { .. })), "{grant:?}");
}

#[tokio::test]
async fn an_abi_that_no_split_is_for_is_refused_with_those_that_there_are() {
    let world = TestPortal::with_jobs().await;
    let arm = Package {
        abis: vec!["arm64-v8a".to_owned()],
        ..package("a", 1)
    };
    released(&world, "03:00:00", &[arm]).await;
    let portal = &world.portal;
    let now = at("05:00:00");
    let grant = portal
        .downloads()
        .latest(
            Downloader {
                actor: &me(),
                user_agent: None,
                now,
            },
            &wallet(),
            &dev(),
            Some("mips"),
        )
        .await;
    match grant {
        Err(Error::Refused { reason }) => assert!(reason.contains("arm64-v8a"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_icon_is_served_from_its_own_key() {
    let world = TestPortal::with_jobs().await;
    let png = b"\x89PNG and so on";
    let icon = Icon {
        digest: Digest::of(png),
        content_type: "image/png".to_owned(),
        size: png.len() as u64,
    };
    let with_icon = Package {
        icon: Some(icon.clone()),
        ..package("a", 1)
    };
    let build = released(&world, "03:00:00", &[with_icon]).await;
    let key = format!("icons/wallet/{}", icon.digest);
    world
        .store
        .objects
        .put_if_absent(&key, png.to_vec(), "image/png")
        .await
        .unwrap();
    let served = world
        .portal
        .downloads()
        .icon(&me(), &build.app, &build.id)
        .await
        .unwrap();
    assert_eq!(
        (&served.bytes[..], served.content_type.as_str()),
        (&png[..], "image/png")
    );
    let bare = released(&world, "03:01:00", &[package("a", 2)]).await;
    let none = world
        .portal
        .downloads()
        .icon(&me(), &bare.app, &bare.id)
        .await;
    assert!(matches!(none, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn an_app_is_shown_across_environments_with_its_newest_builds() {
    let world = TestPortal::with_jobs().await;
    for code in 1..=12 {
        let time = format!("03:{code:02}:00");
        released(&world, &time, &[package("a", code)]).await;
    }
    let app = world
        .portal
        .builds()
        .app(&me(), &wallet(), at("05:00:00"))
        .await
        .unwrap();
    let cells: Vec<&str> = app
        .row
        .cells
        .iter()
        .map(|it| it.environment.as_str())
        .collect();
    assert_eq!(cells, ["dev", "preprod"]);
    assert_eq!(app.row.cells[0].current.as_ref().unwrap().number, 12);
    assert!(app.row.cells[1].current.is_none());
    assert_eq!(app.builds.items.len(), 10);
    assert_eq!(app.builds.items[0].number, 12);
    let next = app.builds.next.unwrap();
    let rest = world
        .portal
        .builds()
        .list(&me(), &wallet(), Limit::default(), Some(&next))
        .await
        .unwrap();
    let numbers: Vec<u64> = rest.items.iter().map(|build| build.number).collect();
    assert_eq!((numbers, rest.next), (vec![2, 1], None));
}

#[tokio::test]
async fn what_there_is_not_is_said() {
    let world = TestPortal::with_jobs().await;
    let (portal, now) = (&world.portal, at("05:00:00"));
    let build = "01KAHA9V000000000000000000".parse().unwrap();
    let run = "codepipeline/1/r/p/e".parse().unwrap();
    let app = "unknown".parse().unwrap();
    let environment = "moon".parse().unwrap();
    let texts = [
        portal
            .builds()
            .show(&me(), &build, now)
            .await
            .unwrap_err()
            .to_string(),
        portal
            .runs()
            .show(&me(), &run, now)
            .await
            .unwrap_err()
            .to_string(),
        portal
            .builds()
            .app(&me(), &app, now)
            .await
            .unwrap_err()
            .to_string(),
        portal
            .builds()
            .tester(&me(), &wallet(), &environment, now)
            .await
            .unwrap_err()
            .to_string(),
    ];
    let expected = [
        "there is no build 01KAHA9V000000000000000000",
        "there is no run codepipeline/1/r/p/e",
        "there is no app unknown",
        "there is no environment moon",
    ];
    assert_eq!(texts, expected);
    let empty = portal
        .builds()
        .tester(&me(), &wallet(), &dev(), now)
        .await
        .unwrap();
    assert!(empty.current.is_none() && empty.earlier.is_empty());
}

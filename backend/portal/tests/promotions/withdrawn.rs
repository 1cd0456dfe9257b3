//! Withdrawing a build: where it was, nothing is served until somebody releases another one.

use api::promotions::RollbackRequest;
use domain::{
    access::{Permission, Permit, Scope},
    actor::Actor,
    audit::AuditAction,
    page::Limit,
    promotion::State,
};
use portal::{Error, download::Downloader};
use testkit::{TestPortal, ada, dev, noon, preprod, prod, tom, wallet};

#[tokio::test]
async fn nothing_is_served_where_it_was_and_the_page_says_so() {
    let test = TestPortal::on_path().await;
    test.in_preprod(1, noon(0)).await;
    let bad = test.in_preprod(2, noon(1)).await;
    test.portal
        .holds()
        .withdraw(&ada(), &bad.id, "leaks", noon(2))
        .await
        .unwrap();
    assert_eq!(test.current(&dev()).await, None);
    assert_eq!(test.current(&preprod()).await, None);
    let view = test
        .portal
        .builds()
        .tester(&tom(), &wallet(), &preprod(), noon(3))
        .await
        .unwrap();
    let withdrawn = view.withdrawn.unwrap();
    assert_eq!(
        (withdrawn.number, withdrawn.hold.reason.as_str()),
        (2, "leaks")
    );
    assert_eq!(view.current, None);
    let earlier = view.earlier.iter().map(|release| release.number);
    assert_eq!(earlier.collect::<Vec<_>>(), [2, 1]);
    assert_eq!(view.earlier_withdrawn, std::slice::from_ref(&bad.id));
    let overview = test
        .portal
        .runs()
        .overview(&tom(), Limit::APPS, None, noon(3))
        .await
        .unwrap();
    let row = &overview.apps[0];
    assert!(row.cell(&dev()).withdrawn.is_some() && row.cell(&prod()).withdrawn.is_none());
    let page = test
        .portal
        .builds()
        .show(&tom(), &bad.id, noon(3))
        .await
        .unwrap();
    assert_eq!(page.withdrawn.unwrap().by.name, ada().name);
    assert_eq!(page.instead, []);
}

#[tokio::test]
async fn the_build_before_is_one_rollback_away() {
    let test = TestPortal::on_path().await;
    test.in_preprod(1, noon(0)).await;
    let bad = test.in_preprod(2, noon(1)).await;
    test.portal
        .holds()
        .withdraw(&ada(), &bad.id, "leaks", noon(2))
        .await
        .unwrap();
    let back = RollbackRequest {
        build: None,
        reason: "build 2 was withdrawn: leaks".to_owned(),
        withdraw: false,
        bypass: None,
    };
    let (ada, wallet, preprod) = (ada(), wallet(), preprod());
    let asked = test
        .portal
        .promotions()
        .rollback(&ada, &wallet, &preprod, back, noon(3))
        .await;
    assert_eq!(asked.unwrap().promotion.state, State::Succeeded);
    assert_eq!(test.current(&preprod).await, Some(1));
}

#[tokio::test]
async fn a_withdrawn_file_is_refused_with_the_reason() {
    let test = TestPortal::on_path().await;
    test.in_preprod(1, noon(0)).await;
    let bad = test.in_preprod(2, noon(1)).await;
    test.portal
        .holds()
        .withdraw(&ada(), &bad.id, "leaks", noon(2))
        .await
        .unwrap();
    let digest = bad.artifacts[0].digest;
    let refused = test
        .portal
        .downloads()
        .file(
            Downloader {
                actor: &tom(),
                user_agent: None,
                now: noon(3),
            },
            (None, &bad.id),
            &digest,
        )
        .await;
    let Err(Error::Refused { reason }) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        reason.contains("leaks") && !reason.contains("Use build"),
        "{reason}"
    );
}

#[tokio::test]
async fn whoever_wants_the_newest_reads_why_there_is_none() {
    let test = TestPortal::on_path().await;
    let only = test.registered(1, noon(0)).await;
    test.portal
        .holds()
        .withdraw(&ada(), &only.id, "leaks", noon(1))
        .await
        .unwrap();
    assert_eq!(test.current(&dev()).await, None);
    let (actor, app, environment) = (tom(), wallet(), dev());
    let granted = test.portal.downloads().latest(
        Downloader {
            actor: &actor,
            user_agent: None,
            now: noon(2),
        },
        &app,
        &environment,
        None,
    );
    let refused = granted.await;
    assert!(
        matches!(&refused, Err(Error::Refused { reason }) if reason.contains("leaks")),
        "{refused:?}"
    );
    // A newer one is served.
    test.registered(2, noon(3)).await;
    assert_eq!(test.current(&dev()).await, Some(2));
}

#[tokio::test]
async fn a_restored_build_is_served_again_where_it_is_the_newest() {
    let test = TestPortal::on_path().await;
    test.in_preprod(1, noon(0)).await;
    let second = test.in_preprod(2, noon(1)).await;
    let portal = &test.portal;
    portal
        .holds()
        .withdraw(&ada(), &second.id, "leaks", noon(2))
        .await
        .unwrap();
    test.registered(3, noon(3)).await;
    portal
        .holds()
        .restore(&ada(), &second.id, "it does not", noon(4))
        .await
        .unwrap();
    assert_eq!(test.current(&preprod()).await, Some(2));
    assert_eq!(test.current(&dev()).await, Some(3));
    let again = portal
        .holds()
        .restore(&ada(), &second.id, "it does not", noon(5))
        .await;
    assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
    let actions = test.actions().await;
    let ends: Vec<&AuditAction> = actions.iter().rev().take(2).collect();
    assert_eq!(ends, [&AuditAction::Restored, &AuditAction::Withdrawn]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_builds_withdrawn_at_once_leave_neither_served() {
    for _ in 0..6 {
        let test = TestPortal::on_path().await;
        test.registered(1, noon(0)).await;
        let second = test.registered(2, noon(1)).await;
        let third = test.registered(3, noon(2)).await;
        let withdrawals = [second.id.clone(), third.id.clone()].map(|build| {
            let portal = test.portal.clone();
            tokio::spawn(async move {
                portal
                    .holds()
                    .withdraw(&ada(), &build, "leaks", noon(3))
                    .await
                    .unwrap()
            })
        });
        for withdrawal in withdrawals {
            assert!(!withdrawal.await.unwrap().already);
        }
        assert_eq!(test.current(&dev()).await, None);
        test.assert_log_is_whole().await;
    }
}

#[tokio::test]
async fn withdrawing_asks_for_the_right_and_a_reason() {
    let test = TestPortal::on_path().await;
    let build = test.registered(1, noon(0)).await;
    let forbidden = test
        .portal
        .holds()
        .withdraw(&tom(), &build.id, "leaks", noon(1))
        .await;
    assert!(
        matches!(forbidden, Err(Error::Forbidden { .. })),
        "{forbidden:?}"
    );
    let silent = test
        .portal
        .holds()
        .withdraw(&ada(), &build.id, "", noon(1))
        .await;
    assert!(matches!(silent, Err(Error::Invalid { .. })), "{silent:?}");
    assert_eq!(test.current(&dev()).await, Some(1));
    assert_eq!(test.actions().await, []);
}

/// Somebody whose token may promote and withdraw in dev, and nowhere else.
fn of_dev() -> Actor {
    let permit = Permit {
        environments: Scope::Only(vec![dev()]),
        ..Permit::all(Permission::ALL.to_vec())
    };
    Actor::token(ada(), "dev", permit)
}

#[tokio::test]
async fn what_another_environment_can_go_back_to_is_not_withdrawn_by_who_may_only_in_dev() {
    let test = TestPortal::on_path().await;
    let (before, after) = (
        test.in_preprod(1, noon(0)).await,
        test.in_preprod(2, noon(1)).await,
    );
    let token = of_dev();
    let only_in_dev = test.registered(3, noon(2)).await;
    for build in [&before, &after] {
        let refused = test
            .portal
            .holds()
            .withdraw(&token, &build.id, "leaks", noon(3));
        let refused = refused.await.unwrap_err().to_string();
        assert!(refused.contains("preprod"), "{refused}");
    }
    test.portal
        .holds()
        .withdraw(&token, &only_in_dev.id, "leaks", noon(3))
        .await
        .unwrap();
    // Nor is it restored.
    test.portal
        .holds()
        .withdraw(&ada(), &before.id, "leaks", noon(4))
        .await
        .unwrap();
    let restored = test
        .portal
        .holds()
        .restore(&token, &before.id, "no", noon(5));
    assert!(matches!(restored.await, Err(Error::Forbidden { .. })));
}

//! Freezing an environment, and lifting that.

use api::holds::HoldRequest;
use domain::{
    audit::AuditAction,
    hold::Held,
    page::Limit,
    promotion::{RefusalKind, State},
};
use portal::Error;
use testkit::{TestPortal, ada, bob, dev, noon, preprod, prod, to, tom, wallet};

fn on_prod() -> HoldRequest {
    HoldRequest {
        environment: prod(),
        app: None,
        reason: "the database is being moved".to_owned(),
    }
}

fn held() -> Held {
    Held::Environment {
        environment: prod(),
        app: None,
    }
}

#[tokio::test]
async fn what_waits_when_it_is_frozen_goes_on_when_that_is_lifted() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    test.portal
        .holds()
        .hold_environment(&ada(), on_prod(), noon(2))
        .await
        .unwrap();
    let (id, seen) = (asked.promotion.id, build.digest());
    let approved = test
        .portal
        .promotions()
        .approve(&bob(), &id, &seen, None, noon(3))
        .await
        .unwrap();
    assert_eq!(approved.state, State::Waiting);
    assert_eq!(test.current(&prod()).await, None);
    test.portal
        .holds()
        .lift(&ada(), &held(), Some("done"), noon(4))
        .await
        .unwrap();
    assert_eq!(test.promotion(&id).await.state, State::Succeeded);
    let actions = test.actions().await;
    assert!(actions.contains(&AuditAction::Held) && actions.contains(&AuditAction::Lifted));
}

#[tokio::test]
async fn while_it_is_frozen_asking_is_refused_with_the_reason() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    test.portal
        .holds()
        .hold_environment(&bob(), on_prod(), noon(1))
        .await
        .unwrap();
    let refused = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(2))
        .await;
    let Err(Error::Declined { refusals }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refusals[0].kind, RefusalKind::Hold);
    assert!(refusals[0].what.contains("the database is being moved"));
    // Another environment goes on.
    let other = test.registered(2, noon(3)).await;
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&other, &preprod()), noon(4))
        .await;
    assert_eq!(asked.unwrap().promotion.state, State::Succeeded);
    // The overview shows it where it holds.
    let overview = test
        .portal
        .runs()
        .overview(&ada(), Limit::APPS, None, noon(5))
        .await
        .unwrap();
    let row = &overview.apps[0];
    let holds = [dev(), preprod(), prod()].map(|place| row.cell(&place).holds.len());
    assert_eq!(holds, [0, 0, 1]);
}

#[tokio::test]
async fn a_hold_for_one_app_is_for_that_app() {
    let test = TestPortal::on_path().await;
    let hold = HoldRequest {
        app: Some(wallet()),
        ..on_prod()
    };
    test.portal
        .holds()
        .hold_environment(&ada(), hold, noon(0))
        .await
        .unwrap();
    let build = test.in_preprod(1, noon(1)).await;
    let refused = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(2))
        .await;
    assert!(
        matches!(refused, Err(Error::Declined { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn holding_twice_lifting_twice_and_without_the_right_or_a_reason_are_refused() {
    let test = TestPortal::on_path().await;
    let portal = &test.portal;
    let forbidden = portal
        .holds()
        .hold_environment(&tom(), on_prod(), noon(0))
        .await;
    assert!(
        matches!(forbidden, Err(Error::Forbidden { .. })),
        "{forbidden:?}"
    );
    let silent = HoldRequest {
        reason: " ".to_owned(),
        ..on_prod()
    };
    let silent = portal
        .holds()
        .hold_environment(&ada(), silent, noon(0))
        .await;
    assert!(matches!(silent, Err(Error::Invalid { .. })), "{silent:?}");
    portal
        .holds()
        .hold_environment(&ada(), on_prod(), noon(1))
        .await
        .unwrap();
    let again = portal
        .holds()
        .hold_environment(&ada(), on_prod(), noon(2))
        .await;
    assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
    let holds = portal.holds().list(&tom(), noon(2)).await.unwrap().holds;
    assert!(holds.len() == 1 && !holds[0].may_lift);
    portal
        .holds()
        .lift(&ada(), &held(), None, noon(3))
        .await
        .unwrap();
    let again = portal.holds().lift(&ada(), &held(), None, noon(4)).await;
    assert!(matches!(again, Err(Error::NotFound { .. })), "{again:?}");
    assert_eq!(
        test.actions().await,
        [AuditAction::Held, AuditAction::Lifted]
    );
}

//! Back to an earlier build.

use api::promotions::RollbackRequest;
use domain::{
    audit::AuditAction,
    hold::Held,
    page::Limit,
    promotion::{PromotionKind, RefusalKind, State},
};
use portal::Error;
use testkit::{TestPortal, ada, bob, noon, path, preprod, prod, to, wallet};

fn back(withdraw: bool) -> RollbackRequest {
    RollbackRequest {
        build: None,
        reason: "it crashes at start".to_owned(),
        withdraw,
        bypass: None,
    }
}

#[tokio::test]
async fn one_action_goes_back_to_the_build_before_through_the_same_gates() {
    let test = TestPortal::on_path().await;
    let good = test.in_prod(1, noon(0)).await;
    test.in_prod(2, noon(10)).await;
    let asked = test
        .portal
        .promotions()
        .rollback(&ada(), &wallet(), &prod(), back(false), noon(20))
        .await;
    let promotion = asked.unwrap().promotion;
    assert_eq!(
        (promotion.kind, promotion.state),
        (PromotionKind::Rollback, State::Waiting)
    );
    assert_eq!(promotion.build, good.id);
    let (id, seen) = (promotion.id, good.digest());
    test.portal
        .promotions()
        .approve(&bob(), &id, &seen, None, noon(21))
        .await
        .unwrap();
    assert_eq!(test.current(&prod()).await, Some(1));
    let overview = test
        .portal
        .runs()
        .overview(&ada(), Limit::APPS, None, noon(22))
        .await
        .unwrap();
    let cell = overview.apps[0].cell(&prod());
    assert!(cell.current.as_ref().unwrap().is_rollback());
    let automatic = Held::Automatic {
        app: wallet(),
        environment: prod(),
    };
    assert_eq!(cell.holds[0].on, automatic);
    assert!(
        test.actions()
            .await
            .contains(&AuditAction::RollbackRequested)
    );
}

#[tokio::test]
async fn a_shorter_list_of_gates_may_hold_for_going_back() {
    let short = path(|path| path.steps[2].rollback_gates = Some(Vec::new()));
    let test = TestPortal::with_path(short).await;
    test.in_prod(1, noon(0)).await;
    let bad = test.in_prod(2, noon(10)).await;
    let asked = test
        .portal
        .promotions()
        .rollback(&ada(), &wallet(), &prod(), back(true), noon(20))
        .await;
    assert_eq!(asked.unwrap().promotion.state, State::Succeeded);
    assert_eq!(test.current(&prod()).await, Some(1));
    // The build left behind is withdrawn in the same step, wherever it is.
    assert_eq!(test.current(&preprod()).await, None);
    let page = test
        .portal
        .builds()
        .show(&ada(), &bad.id, noon(21))
        .await
        .unwrap();
    assert_eq!(page.withdrawn.unwrap().reason, "it crashes at start");
}

#[tokio::test]
async fn there_has_to_be_something_to_go_back_to() {
    let test = TestPortal::on_path().await;
    test.in_prod(1, noon(0)).await;
    let nothing = test
        .portal
        .promotions()
        .rollback(&ada(), &wallet(), &prod(), back(false), noon(1))
        .await;
    assert!(
        matches!(nothing, Err(Error::NotFound { .. })),
        "{nothing:?}"
    );
    let never_there = test.in_preprod(2, noon(2)).await;
    let request = RollbackRequest {
        build: Some(never_there.id),
        ..back(false)
    };
    let refused = test
        .portal
        .promotions()
        .rollback(&ada(), &wallet(), &prod(), request, noon(3))
        .await;
    let Err(Error::Declined { refusals }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refusals[0].kind, RefusalKind::NotNext);
}

#[tokio::test]
async fn after_going_back_nothing_goes_forward_by_itself_until_someone_lifts_that() {
    let automatic = path(|path| {
        path.steps[1].automatic = true;
        path.steps[1].rollback_gates = Some(Vec::new());
    });
    let test = TestPortal::with_path(automatic).await;
    for number in [1, 2] {
        test.registered(number, noon(0)).await;
        test.advance_all(noon(1)).await;
        assert_eq!(test.current(&preprod()).await, Some(number));
    }
    let back = test
        .portal
        .promotions()
        .rollback(&ada(), &wallet(), &preprod(), back(false), noon(2))
        .await;
    assert_eq!(back.unwrap().promotion.state, State::Succeeded);
    let third = test.registered(3, noon(3)).await;
    test.advance_all(noon(4)).await;
    assert_eq!(test.current(&preprod()).await, Some(1));
    let hold = Held::Automatic {
        app: wallet(),
        environment: preprod(),
    };
    test.portal
        .holds()
        .lift(&ada(), &hold, None, noon(5))
        .await
        .unwrap();
    test.advance_all(noon(6)).await;
    assert_eq!(test.current(&preprod()).await, Some(3));
    // People can ask whatever automatic promotion does.
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&third, &prod()), noon(7))
        .await;
    assert_eq!(asked.unwrap().promotion.state, State::Waiting);
}

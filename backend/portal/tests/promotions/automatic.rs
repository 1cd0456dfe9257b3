//! What the portal asks for itself.

use domain::{
    audit::AuditAction,
    promotion::{PromotionKind, State},
};
use jiff::SignedDuration;
use testkit::{TestPortal, ada, noon, path, preprod, to};

#[tokio::test]
async fn a_build_follows_by_itself_once_its_soak_time_is_over() {
    let soaking = path(|path| {
        path.steps[1].automatic = true;
        path.steps[1].gates.soak = Some(SignedDuration::from_mins(30));
    });
    let test = TestPortal::with_path(soaking).await;
    test.registered(1, noon(0)).await;
    test.advance_all(noon(1)).await;
    let open = test.store.table.promotions().open().await.unwrap();
    assert_eq!(
        (open[0].kind, &open[0].state),
        (PromotionKind::Automatic, &State::Waiting)
    );
    test.advance_all(noon(29)).await;
    assert_eq!(test.current(&preprod()).await, None);
    test.advance_all(noon(30)).await;
    assert_eq!(test.current(&preprod()).await, Some(1));
    assert_eq!(
        test.promotion(&open[0].id).await.requested_by.name,
        "portal"
    );
}

#[tokio::test]
async fn a_newer_build_takes_the_place_of_one_that_still_waits() {
    let soaking = path(|path| {
        path.steps[1].automatic = true;
        path.steps[1].gates.soak = Some(SignedDuration::from_mins(30));
    });
    let test = TestPortal::with_path(soaking).await;
    test.registered(1, noon(0)).await;
    test.advance_all(noon(1)).await;
    let first = test
        .store
        .table
        .promotions()
        .open()
        .await
        .unwrap()
        .remove(0);
    test.registered(2, noon(10)).await;
    test.advance_all(noon(11)).await;
    let open = test.store.table.promotions().open().await.unwrap();
    assert_eq!((open.len(), open[0].number), (1, 2));
    assert!(matches!(
        test.promotion(&first.id).await.state,
        State::Canceled { .. }
    ));
    test.advance_all(noon(40)).await;
    assert_eq!(test.current(&preprod()).await, Some(2));
    test.assert_log_is_whole().await;
}

#[tokio::test]
async fn what_somebody_turned_down_is_not_asked_for_again() {
    let soaking = path(|path| {
        path.steps[1].automatic = true;
        path.steps[1].gates.soak = Some(SignedDuration::from_mins(30));
    });
    let test = TestPortal::with_path(soaking).await;
    let build = test.registered(1, noon(0)).await;
    test.advance_all(noon(1)).await;
    let open = test
        .store
        .table
        .promotions()
        .open()
        .await
        .unwrap()
        .remove(0);
    test.portal
        .promotions()
        .cancel(&ada(), &open.id, "not this one", noon(2))
        .await
        .unwrap();
    test.advance_all(noon(40)).await;
    assert_eq!(test.current(&preprod()).await, None);
    assert_eq!(
        test.actions().await,
        [
            AuditAction::PromotionRequested,
            AuditAction::PromotionCanceled
        ]
    );
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &preprod()), noon(41))
        .await;
    assert_eq!(asked.unwrap().promotion.state, State::Succeeded);
}

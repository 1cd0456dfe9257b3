//! What the portal asks for itself.

use domain::{
    audit::Deed,
    promotion::{PromotionKind, State},
};
use jiff::SignedDuration;

use crate::canal::{Canal, ada, noon, path, preprod, to};

#[tokio::test]
async fn a_build_follows_by_itself_once_its_soak_time_is_over() {
    let soaking = path(|path| {
        path.steps[1].automatic = true;
        path.steps[1].gates.soak = Some(SignedDuration::from_mins(30));
    });
    let canal = Canal::along(soaking).await;
    canal.registered(1, noon(0)).await;
    canal.portal.advance_all(noon(1)).await.unwrap();
    let open = canal.table.open_promotions().await.unwrap();
    assert_eq!(
        (open[0].kind, &open[0].state),
        (PromotionKind::Automatic, &State::Waiting)
    );
    canal.portal.advance_all(noon(29)).await.unwrap();
    assert_eq!(canal.current(&preprod()).await, None);
    canal.portal.advance_all(noon(30)).await.unwrap();
    assert_eq!(canal.current(&preprod()).await, Some(1));
    assert_eq!(
        canal.promotion(&open[0].id).await.requested_by.name,
        "portal"
    );
}

#[tokio::test]
async fn a_newer_build_takes_the_place_of_one_that_still_waits() {
    let soaking = path(|path| {
        path.steps[1].automatic = true;
        path.steps[1].gates.soak = Some(SignedDuration::from_mins(30));
    });
    let canal = Canal::along(soaking).await;
    canal.registered(1, noon(0)).await;
    canal.portal.advance_all(noon(1)).await.unwrap();
    let first = canal.table.open_promotions().await.unwrap().remove(0);
    canal.registered(2, noon(10)).await;
    canal.portal.advance_all(noon(11)).await.unwrap();
    let open = canal.table.open_promotions().await.unwrap();
    assert_eq!((open.len(), open[0].number), (1, 2));
    assert!(matches!(
        canal.promotion(&first.id).await.state,
        State::Canceled { .. }
    ));
    canal.portal.advance_all(noon(40)).await.unwrap();
    assert_eq!(canal.current(&preprod()).await, Some(2));
    canal.assert_log_is_whole().await;
}

#[tokio::test]
async fn what_somebody_turned_down_is_not_asked_for_again() {
    let soaking = path(|path| {
        path.steps[1].automatic = true;
        path.steps[1].gates.soak = Some(SignedDuration::from_mins(30));
    });
    let canal = Canal::along(soaking).await;
    let build = canal.registered(1, noon(0)).await;
    canal.portal.advance_all(noon(1)).await.unwrap();
    let open = canal.table.open_promotions().await.unwrap().remove(0);
    canal
        .portal
        .cancel(&ada(), &open.id, "not this one", noon(2))
        .await
        .unwrap();
    canal.portal.advance_all(noon(40)).await.unwrap();
    assert_eq!(canal.current(&preprod()).await, None);
    assert_eq!(
        canal.deeds().await,
        [Deed::PromotionRequested, Deed::PromotionCanceled]
    );
    let asked = canal
        .portal
        .request(&ada(), to(&build, &preprod()), noon(41))
        .await;
    assert_eq!(asked.unwrap().promotion.state, State::Succeeded);
}

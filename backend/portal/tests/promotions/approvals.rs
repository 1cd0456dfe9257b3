//! Saying yes or no to a promotion.

use domain::{
    audit::Deed,
    digest::Digest,
    promotion::{Impossible, State},
};
use jiff::SignedDuration;
use portal::Error;

use crate::canal::{Canal, ada, bob, noon, prod, to, tom};

fn impossible<T: std::fmt::Debug>(result: Result<T, Error>) -> Impossible {
    match result {
        Err(Error::Impossible(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_last_approval_sets_it_going() {
    let canal = Canal::new().await;
    let build = canal.in_preprod(1, noon(0)).await;
    let asked = canal
        .portal
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let id = asked.promotion.id;
    assert_eq!(canal.current(&prod()).await, None);
    // It waits for bob, and for nobody else.
    let for_bob = canal.portal.waiting_for(&bob(), noon(2)).await.unwrap();
    assert_eq!(
        (for_bob.waiting_for_you.len(), for_bob.others.len()),
        (1, 0)
    );
    let for_tom = canal.portal.waiting_for(&tom(), noon(2)).await.unwrap();
    assert_eq!(
        (for_tom.waiting_for_you.len(), for_tom.others.len()),
        (0, 1)
    );
    let view = canal.portal.promotion(&bob(), &id, noon(2)).await.unwrap();
    assert!(view.may.approve && view.may.reject);
    assert_eq!(view.asked, ["leads"]);
    let view = canal.portal.promotion(&ada(), &id, noon(2)).await.unwrap();
    assert!(!view.may.approve && view.may.cancel);

    let seen = build.digest();
    let done = canal
        .portal
        .approve(&bob(), &id, &seen, Some("go"), noon(3))
        .await
        .unwrap();
    assert_eq!(done.state, State::Succeeded);
    assert_eq!(canal.current(&prod()).await, Some(1));
    let log = canal.log().await;
    let approved = log
        .iter()
        .find(|it| it.note.deed == Deed::Approved)
        .unwrap();
    assert_eq!(approved.note.reason.as_deref(), Some("go"));
    assert_eq!(approved.note.details["digest"], seen.to_string());
}

#[tokio::test]
async fn an_approval_that_does_not_count_is_refused_and_says_why() {
    let canal = Canal::new().await;
    let build = canal.in_preprod(1, noon(0)).await;
    let lead = bob();
    let asked = canal
        .portal
        .request(&lead, to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let (id, seen) = (asked.promotion.id, build.digest());
    let portal = &canal.portal;
    let own = portal.approve(&lead, &id, &seen, None, noon(2)).await;
    assert_eq!(impossible(own), Impossible::OwnRequest);
    let stranger = portal.approve(&tom(), &id, &seen, None, noon(2)).await;
    assert!(matches!(impossible(stranger), Impossible::NotAsked { .. }));
    let eve = domain::actor::Actor::person("eve@example.com", vec!["leads".to_owned()]);
    let other = Digest::of(b"other bytes");
    let other = portal.approve(&eve, &id, &other, None, noon(2)).await;
    assert!(matches!(impossible(other), Impossible::OtherBytes { .. }));
    let late = noon(1) + SignedDuration::from_hours(72);
    let late = portal.approve(&eve, &id, &seen, None, late).await;
    assert!(matches!(impossible(late), Impossible::Expired(_)));
    assert_eq!(canal.promotion(&id).await.approvals, []);
    assert_eq!(canal.current(&prod()).await, None);
}

#[tokio::test]
async fn a_rejection_ends_it_and_frees_the_place() {
    let canal = Canal::new().await;
    let build = canal.in_preprod(1, noon(0)).await;
    let asked = canal
        .portal
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let id = asked.promotion.id;
    let rejected = canal
        .portal
        .reject(&bob(), &id, "not on a Friday", noon(2))
        .await
        .unwrap();
    assert!(matches!(rejected.state, State::Rejected { .. }));
    let again = canal
        .portal
        .approve(&bob(), &id, &build.digest(), None, noon(3))
        .await;
    assert!(matches!(impossible(again), Impossible::State { .. }));
    let asked = canal
        .portal
        .request(&ada(), to(&build, &prod()), noon(4))
        .await
        .unwrap();
    assert!(!asked.already && asked.promotion.id != id);
}

#[tokio::test]
async fn what_waits_too_long_expires_at_the_next_look() {
    let canal = Canal::new().await;
    let build = canal.in_preprod(1, noon(0)).await;
    let asked = canal
        .portal
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let id = asked.promotion.id;
    canal.portal.advance_all(noon(10)).await.unwrap();
    assert_eq!(canal.promotion(&id).await.state, State::Waiting);
    let later = noon(1) + SignedDuration::from_hours(72);
    canal.portal.advance_all(later).await.unwrap();
    assert_eq!(canal.promotion(&id).await.state, State::Expired);
    assert_eq!(canal.table.open_promotions().await.unwrap(), []);
    assert_eq!(canal.deeds().await.last(), Some(&Deed::PromotionExpired));
}

//! Saying yes or no to a promotion.

use domain::{
    audit::AuditAction,
    digest::Digest,
    promotion::{Answer, Impossible, State},
};
use jiff::SignedDuration;
use portal::Error;
use testkit::{TestPortal, ada, bob, member, noon, prod, to, tom};

fn impossible<T: std::fmt::Debug>(result: Result<T, Error>) -> Impossible {
    match result {
        Err(Error::Impossible(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_last_approval_sets_it_going() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let id = asked.promotion.id;
    assert_eq!(test.current(&prod()).await, None);
    // It waits for bob, and for nobody else.
    let for_bob = test
        .portal
        .promotions()
        .waiting(&bob(), noon(2))
        .await
        .unwrap();
    assert_eq!(
        (for_bob.waiting_for_you.len(), for_bob.others.len()),
        (1, 0)
    );
    let for_tom = test
        .portal
        .promotions()
        .waiting(&tom(), noon(2))
        .await
        .unwrap();
    assert_eq!(
        (for_tom.waiting_for_you.len(), for_tom.others.len()),
        (0, 1)
    );
    let view = test
        .portal
        .promotions()
        .show(&bob(), &id, noon(2))
        .await
        .unwrap();
    assert!(view.may.approve && view.may.reject);
    assert_eq!(view.asked, ["leads"]);
    let view = test
        .portal
        .promotions()
        .show(&ada(), &id, noon(2))
        .await
        .unwrap();
    assert!(!view.may.approve && view.may.cancel);

    let seen = build.digest();
    let done = test
        .portal
        .promotions()
        .approve(&bob(), &id, &seen, Some("go"), noon(3))
        .await
        .unwrap();
    assert_eq!(done.state, State::Succeeded);
    assert_eq!(test.current(&prod()).await, Some(1));
    let log = test.log().await;
    let approved = log
        .iter()
        .find(|it| it.note.action == AuditAction::Approved)
        .unwrap();
    assert_eq!(approved.note.reason.as_deref(), Some("go"));
    assert_eq!(approved.note.details["digest"], seen.to_string());
}

#[tokio::test]
async fn an_approval_that_does_not_count_is_refused_and_says_why() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let lead = bob();
    let asked = test
        .portal
        .promotions()
        .request(&lead, to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let (id, seen) = (asked.promotion.id, build.digest());
    let portal = &test.portal;
    let own = portal
        .promotions()
        .approve(&lead, &id, &seen, None, noon(2))
        .await;
    assert_eq!(impossible(own), Impossible::OwnRequest);
    let stranger = portal
        .promotions()
        .approve(&tom(), &id, &seen, None, noon(2))
        .await;
    assert!(matches!(impossible(stranger), Impossible::NotAsked { .. }));
    let eve = member("eve@example.com", vec!["leads".to_owned()]);
    let other = Digest::of(b"other bytes");
    let other = portal
        .promotions()
        .approve(&eve, &id, &other, None, noon(2))
        .await;
    assert!(matches!(impossible(other), Impossible::OtherBytes { .. }));
    let late = noon(1) + SignedDuration::from_hours(72);
    let late = portal
        .promotions()
        .approve(&eve, &id, &seen, None, late)
        .await;
    assert!(matches!(impossible(late), Impossible::Expired(_)));
    assert_eq!(test.promotion(&id).await.approvals, []);
    assert_eq!(test.current(&prod()).await, None);
}

#[tokio::test]
async fn a_rejection_ends_it_and_frees_the_place() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let id = asked.promotion.id;
    let rejected = test
        .portal
        .promotions()
        .reject(&bob(), &id, "not on a Friday", noon(2))
        .await
        .unwrap();
    assert!(matches!(rejected.state, State::Rejected { .. }));
    let again = test
        .portal
        .promotions()
        .approve(&bob(), &id, &build.digest(), None, noon(3))
        .await;
    assert!(matches!(impossible(again), Impossible::State { .. }));
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(4))
        .await
        .unwrap();
    assert!(!asked.already && asked.promotion.id != id);
}

#[tokio::test]
async fn what_waits_too_long_expires_at_the_next_look() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let id = asked.promotion.id;
    test.advance_all(noon(10)).await;
    assert_eq!(test.promotion(&id).await.state, State::Waiting);
    let later = noon(1) + SignedDuration::from_hours(72);
    test.advance_all(later).await;
    assert_eq!(test.promotion(&id).await.state, State::Expired);
    assert_eq!(test.store.table.promotions().open().await.unwrap(), []);
    assert_eq!(
        test.actions().await.last(),
        Some(&AuditAction::PromotionExpired)
    );
}

#[tokio::test]
async fn the_same_answer_of_the_same_person_again_changes_nothing_and_is_no_failure() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let eve = member("eve@example.com", vec!["leads".to_owned()]);
    let approve = |seen| Answer::Approve {
        seen,
        comment: None,
    };
    let answers = [
        (Answer::Reject("not on a Friday"), bob(), eve.clone()),
        (Answer::Cancel("too early"), ada(), bob()),
        (approve(build.digest()), bob(), eve),
    ];
    let promotions = test.portal.promotions();
    for (answer, by, other) in answers {
        let request = to(&build, &prod());
        let asked = promotions.request(&ada(), request, noon(1)).await;
        let id = asked.unwrap().promotion.id;
        let first = promotions.answer(&by, &id, answer, noon(2)).await;
        assert!(first.unwrap().state.is_terminal(), "{answer:?}");
        let before = test.promotion(&id).await;
        let again = promotions.answer(&by, &id, answer, noon(3)).await;
        assert_eq!(again.unwrap(), before, "{answer:?}");
        let others = promotions.answer(&other, &id, answer, noon(4)).await;
        impossible(others);
        let bytes = approve(Digest::of(b"other bytes"));
        let of_others = promotions.answer(&by, &id, bytes, noon(5)).await;
        impossible(of_others);
        assert_eq!(test.promotion(&id).await, before, "{answer:?}");
    }
}

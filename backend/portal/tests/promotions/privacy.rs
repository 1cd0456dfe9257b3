//! Erasing the name of somebody who took part in decisions.

use api::{
    holds::HoldRequest,
    privacy::{Erase, Erasing},
};
use domain::{
    actor::Actor,
    audit::AuditAction,
    promotion::{Impossible, State},
};
use portal::{Error, Portal};
use store::table::{Obstacle, PersonRecord, Step, Stepped};
use testkit::{TestPortal, ada, bob, faults::Fault, me, member, noon, path, people, prod, to};

fn asked(person: &Actor) -> Erase {
    Erase {
        person: person.name.clone(),
        issuer: None,
        reason: format!("{} asked for it", person.name),
        cursor: None,
    }
}

/// Erases a name to the end.
async fn erased(portal: &Portal, asked: Erase) -> Result<Erasing, Error> {
    let local = me();
    let mut asked = asked;
    let mut done = portal.privacy().erase(&local, &asked, noon(50)).await?;
    while done.next.is_some() {
        asked.cursor.clone_from(&done.next);
        let more = portal.privacy().erase(&local, &asked, noon(50)).await?;
        done = done.and(more);
    }
    Ok(done)
}

/// Somebody signs in.
async fn signs_in(test: &TestPortal, person: &Actor, second: i64) {
    let record = PersonRecord {
        id: person.person.clone().unwrap(),
        issuer: people::ISSUER.to_owned(),
        subject: person.name.clone(),
        name: person.name.clone(),
        groups: person.groups.clone(),
        signed_in_at: noon(second),
    };
    test.store.table.people().put(&record).await.unwrap();
}

/// What the table says anywhere of somebody's name.
async fn said(test: &TestPortal, person: &Actor) -> Vec<String> {
    let items = test.items().await.into_iter();
    let items = items.map(|item| item.to_string());
    items.filter(|item| item.contains(&person.name)).collect()
}

#[tokio::test]
async fn erasing_an_approver_neither_opens_a_gate_nor_closes_one() {
    let two = path(|path| path.steps[2].gates.approvals[0].count = 2);
    let test = TestPortal::with_path(two).await;
    let build = test.in_preprod(1, noon(0)).await;
    let (bob, cleo) = (bob(), member("cleo@example.com", vec!["leads".to_owned()]));
    let dave = member("dave@example.com", vec!["leads".to_owned()]);
    for person in [&bob, &cleo, &dave] {
        signs_in(&test, person, 0).await;
    }
    let ada = ada();
    let requested = test
        .portal
        .promotions()
        .request(&ada, to(&build, &prod()), noon(1));
    let id = requested.await.unwrap().promotion.id;
    let seen = build.digest();
    for (person, second) in [(&bob, 2), (&dave, 3)] {
        // Dave's approval lapses, since he has left the group.
        if *person == dave {
            let other = member("dave@example.com", vec!["testers".to_owned()]);
            signs_in(&test, &other, 1).await;
        }
        let approved = test
            .portal
            .promotions()
            .approve(person, &id, &seen, None, noon(second));
        let standing = approved.await.unwrap();
        assert_eq!(standing.state, State::Waiting);
    }
    for person in [&bob, &dave] {
        let done = erased(&test.portal, asked(person)).await.unwrap();
        assert!(done.records["PROMOTION"] > 0 && done.names, "{done:?}");
        assert_eq!(said(&test, person).await, Vec::<String>::new());
    }
    // Bob still counts, and not twice; Dave still does not.
    test.portal
        .promotions()
        .advance(&id, noon(60))
        .await
        .unwrap();
    assert_eq!(test.promotion(&id).await.state, State::Waiting);
    let again = test
        .portal
        .promotions()
        .approve(&bob, &id, &seen, None, noon(61))
        .await;
    assert!(
        matches!(again, Err(Error::Impossible(Impossible::Twice))),
        "{again:?}"
    );
    let shown = test.promotion(&id).await;
    let first = &shown.approvals[0].by;
    assert_eq!(first.name, bob.person.as_ref().unwrap().erased());
    assert!(first.is_same_as(&bob));
    let approved = test
        .portal
        .promotions()
        .approve(&cleo, &id, &seen, None, noon(62))
        .await;
    assert_eq!(approved.unwrap().state, State::Succeeded);
    test.assert_log_is_whole().await;
}

#[tokio::test]
async fn whoever_read_a_promotion_before_does_not_bring_the_name_back() {
    let test = TestPortal::on_path().await;
    signs_in(&test, &ada(), 0).await;
    let build = test.in_preprod(1, noon(0)).await;
    let ada = ada();
    let requested = test
        .portal
        .promotions()
        .request(&ada, to(&build, &prod()), noon(1));
    let id = requested.await.unwrap().promotion.id;
    let before = test
        .store
        .table
        .promotions()
        .get(&id)
        .await
        .unwrap()
        .unwrap();
    erased(&test.portal, asked(&ada)).await.unwrap();
    let step = Step::default();
    let after = before.promotion.clone();
    let stepped = test
        .store
        .table
        .promotions()
        .step(&before, &after, step)
        .await;
    let obstacle = Stepped::Refused(Obstacle::Changed);
    assert_eq!(stepped.unwrap(), obstacle);
    assert_eq!(said(&test, &ada).await, Vec::<String>::new());
}

/// Everything that Ada can leave behind.
async fn with_a_past() -> TestPortal {
    let test = TestPortal::on_path().await;
    let ada = ada();
    signs_in(&test, &ada, 0).await;
    let build = test.in_preprod(1, noon(0)).await;
    let hold = HoldRequest {
        environment: prod(),
        app: None,
        reason: format!("{} is away", ada.name),
    };
    test.portal
        .holds()
        .hold_environment(&ada, hold, noon(1))
        .await
        .unwrap();
    let bob = bob();
    let refused = test
        .portal
        .promotions()
        .request(&bob, to(&build, &prod()), noon(2));
    refused.await.unwrap_err();
    test
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_can_be_cut_off_at_every_write() {
    for fault in Fault::ALL {
        let mut writes = 0;
        loop {
            let test = Box::pin(with_a_past()).await;
            let ada = ada();
            assert!(!said(&test, &ada).await.is_empty());
            let erasing = erased(&test.portal, asked(&ada));
            let cut = Box::pin(test.faults().cut_off(writes, fault, erasing)).await;
            // The person who was cut off erases again: by the address while it is known, and by the identifier always.
            let again = Erase {
                person: ada.person.as_ref().unwrap().to_string(),
                reason: "once more".to_owned(),
                ..asked(&ada)
            };
            let by_address = erased(&test.portal, asked(&ada)).await;
            let is_over = matches!(by_address, Err(Error::NotFound { .. }));
            assert!(by_address.is_ok() || is_over, "{by_address:?}");
            let done = erased(&test.portal, again).await.unwrap();
            assert!(done.records.is_empty(), "{done:?}");
            assert_eq!(
                said(&test, &ada).await,
                Vec::<String>::new(),
                "{fault:?} at {writes}"
            );
            let actions = test.actions().await;
            assert!(actions.contains(&AuditAction::PrivacyErased));
            test.assert_log_is_whole().await;
            if !cut {
                break;
            }
            writes += 1;
        }
        assert!(writes >= 8, "{fault:?}: {writes}");
    }
}

#[tokio::test]
async fn whoever_is_called_like_another_is_asked_for_by_their_identifier() {
    let test = TestPortal::on_path().await;
    signs_in(&test, &ada(), 0).await;
    let elsewhere = PersonRecord {
        id: domain::id::PersonId::of("https://other.example", "1"),
        issuer: "https://other.example".to_owned(),
        subject: "1".to_owned(),
        name: ada().name,
        groups: Vec::new(),
        signed_in_at: noon(1),
    };
    test.store.table.people().put(&elsewhere).await.unwrap();
    let build = test.in_preprod(1, noon(0)).await;
    let ambiguous = erased(&test.portal, asked(&ada())).await.unwrap_err();
    let words = ambiguous.to_string();
    let own = ada().person.unwrap();
    for id in [&own, &elsewhere.id] {
        assert!(words.contains(id.as_str()), "{words}");
    }
    assert!(matches!(ambiguous, Error::Conflict { .. }));
    // By the issuer and its name for them it is one person, of whom there is nothing.
    let other = Erase {
        person: "1".to_owned(),
        issuer: Some("https://other.example".to_owned()),
        ..asked(&ada())
    };
    let done = erased(&test.portal, other).await.unwrap();
    assert_eq!(done.person, elsewhere.id);
    assert!(done.records.is_empty(), "{done:?}");
    let shown = test
        .store
        .table
        .builds()
        .get(&build.id)
        .await
        .unwrap()
        .unwrap();
    let asked_by = &shown.promotions[0].requested_by;
    assert_eq!(asked_by.name, ada().name);
}

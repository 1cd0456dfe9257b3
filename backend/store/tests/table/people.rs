//! People who have signed in, and the tokens that were made before it was kept who made them.

use domain::{
    access::{Permission, Permit},
    actor::Actor,
    audit::{AuditAction, AuditRecord},
    digest::Digest,
    id::PersonId,
};
use serde_json::json;
use store::table::{PersonRecord, RevokedToken, TokenMade, TokenRecord};

use crate::support::{Bench, noon};

fn person(subject: &str) -> PersonId {
    PersonId::of("https://issuer.example", subject)
}

fn signed_in(subject: &str, group: &str, second: i64) -> PersonRecord {
    PersonRecord {
        id: person(subject),
        issuer: "https://issuer.example".to_owned(),
        subject: subject.to_owned(),
        name: format!("{subject}@example.com"),
        groups: vec![group.to_owned()],
        signed_in_at: noon(second),
    }
}

#[tokio::test]
async fn the_newest_sign_in_of_a_person_is_known_whichever_is_written_last() {
    let bench = Bench::new().await;
    let table = &bench.table;
    for (group, second) in [("leads", 0), ("testers", 60), ("admins", 30)] {
        let record = signed_in("s-1", group, second);
        table.people().put(&record).await.unwrap();
    }
    table
        .people()
        .put(&signed_in("s-2", "leads", 0))
        .await
        .unwrap();
    let known = table.people().among(&[person("s-1"), person("s-3")]).await;
    assert_eq!(known.unwrap(), [signed_in("s-1", "testers", 60)]);
    assert_eq!(table.people().among(&[]).await.unwrap(), []);
    assert_eq!(table.people().all().await.unwrap().len(), 2);
    // More than one call reads.
    let ids: Vec<PersonId> = (0..150)
        .map(|number| person(&format!("s-{number}")))
        .collect();
    assert_eq!(table.people().among(&ids).await.unwrap().len(), 2);
}

/// A token as a version made it that knew people by their address.
fn before(number: u32, address: &str) -> TokenRecord {
    let owner = json!({"kind": "person", "name": address});
    TokenRecord {
        id: format!("01KAF{number:021}").parse().unwrap(),
        label: format!("ci-{number}").parse().unwrap(),
        owner: serde_json::from_value(owner).unwrap(),
        groups: vec!["leads".to_owned()],
        permit: Permit::all(vec![Permission::View]),
        secret: Digest::of(&number.to_be_bytes()),
        created_at: noon(0),
        expires_at: noon(86_400),
        used_at: None,
        revoked: None,
    }
}

fn note() -> AuditRecord {
    AuditRecord::new(noon(0), Actor::local(), "local", AuditAction::TokenMade)
}

#[tokio::test]
async fn tokens_of_an_address_become_those_of_the_person_who_has_it() {
    let bench = Bench::new().await;
    let table = &bench.table;
    for number in 1..=50 {
        let token = before(number, "ada@example.com");
        let made = table.tokens().make(&token, 50, &note()).await;
        assert_eq!(made.unwrap(), TokenMade::Yes);
    }
    let bobs = before(60, "bob@example.com");
    table.tokens().make(&bobs, 50, &note()).await.unwrap();

    let ada = person("s-1");
    assert_eq!(
        table.tokens().claim("Ada@example.com", &ada).await.unwrap(),
        50
    );
    assert_eq!(
        table
            .tokens()
            .claim("ada@example.com", &person("s-2"))
            .await
            .unwrap(),
        0
    );
    for token in table.tokens().list().await.unwrap() {
        let owner = (token.owner.name.as_str(), token.owner.person.as_ref());
        if token.id == bobs.id {
            assert_eq!(owner, ("bob@example.com", None));
        } else {
            assert_eq!(owner, ("ada@example.com", Some(&ada)));
        }
    }
    // They count for her limit, and one that is revoked frees its place.
    let mut more = before(70, "ada+2@example.com");
    more.owner = Actor::person(ada.clone(), "ada+2@example.com", Vec::new());
    let made = table.tokens().make(&more, 50, &note()).await;
    assert_eq!(made.unwrap(), TokenMade::TooMany);
    let first = table
        .tokens()
        .get(&before(1, "").id)
        .await
        .unwrap()
        .unwrap();
    let revoked = RevokedToken {
        at: noon(1),
        by: Actor::local(),
    };
    assert!(
        table
            .tokens()
            .revoke(&first, &revoked, &note())
            .await
            .unwrap()
    );
    let made = table.tokens().make(&more, 50, &note()).await;
    assert_eq!(made.unwrap(), TokenMade::Yes);
}

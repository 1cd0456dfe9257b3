//! Sessions, which are there until they end.

use domain::{
    actor::Actor,
    audit::{AuditAction, AuditRecord},
    digest::Digest,
    id::{PersonId, SessionId},
};
use store::table::SessionRecord;

use crate::support::{Bench, noon};

/// Ada, and somebody else.
fn people() -> [PersonId; 2] {
    ["s-1", "s-2"].map(|subject| PersonId::of("https://issuer.example", subject))
}

fn id(number: u32) -> SessionId {
    format!("01KAF{number:021}").parse().unwrap()
}

/// What her cookie says of her.
fn said() -> Digest {
    Digest::of(b"Ada")
}

fn session(number: u32) -> SessionRecord {
    SessionRecord {
        id: id(number),
        person: people()[0].clone(),
        began: noon(0),
        seen: noon(0),
        until: noon(86_400),
        user_agent: Some("Mozilla/5.0".to_owned()),
        address: None,
        facts: Some(said()),
    }
}

fn note(count: usize) -> AuditRecord {
    let mut note = AuditRecord::new(noon(9), Actor::local(), "local", AuditAction::SessionEnded);
    note.details
        .insert("sessions".to_owned(), count.to_string());
    note
}

#[tokio::test]
async fn a_session_is_used_until_it_is_ended() {
    let bench = Bench::new().await;
    let table = &bench.table;
    let [ada, eve] = &people();
    table.sessions().put(&session(1)).await.unwrap();
    assert!(
        table
            .sessions()
            .touch(ada, &id(1), &said(), noon(300))
            .await
            .unwrap()
    );
    let seen = table.sessions().list(ada).await.unwrap();
    assert_eq!(
        seen,
        [SessionRecord {
            seen: noon(300),
            ..session(1)
        }]
    );
    assert_eq!(table.sessions().list(eve).await.unwrap(), []);
    assert!(
        !table
            .sessions()
            .touch(eve, &id(1), &said(), noon(300))
            .await
            .unwrap()
    );
    assert!(table.sessions().end(ada, &id(1), &note(1)).await.unwrap());
    assert!(!table.sessions().end(ada, &id(1), &note(1)).await.unwrap());
    // A use does not bring it back.
    assert!(
        !table
            .sessions()
            .touch(ada, &id(1), &said(), noon(600))
            .await
            .unwrap()
    );
    assert_eq!(table.sessions().list(ada).await.unwrap(), []);
    let log = table.audit().span().await.unwrap().unwrap();
    assert_eq!(log.head.number, 1);
}

#[tokio::test]
async fn more_sessions_than_a_transaction_takes_all_end() {
    let bench = Bench::new().await;
    let table = &bench.table;
    let [ada, _] = &people();
    for number in 0..95 {
        table.sessions().put(&session(number)).await.unwrap();
    }
    let ids: Vec<SessionId> = (0..95).map(id).collect();
    table.sessions().end_all(ada, &ids, note).await.unwrap();
    assert_eq!(table.sessions().list(ada).await.unwrap(), []);
    assert_eq!(table.audit().span().await.unwrap().unwrap().head.number, 2);
    assert!(!table.sessions().leave(ada, &id(1)).await.unwrap());
}

#[tokio::test]
async fn a_session_is_that_of_its_own_cookie_and_one_from_before_that_of_any() {
    let bench = Bench::new().await;
    let table = &bench.table;
    let [ada, eve] = &people();
    let before = SessionRecord {
        facts: None,
        ..session(2)
    };
    for record in [session(1), before] {
        table.sessions().put(&record).await.unwrap();
    }
    let other = Digest::of(b"Ada, of more groups");
    let has = async |person, number, said: Digest| {
        let id = id(number);
        let known = table.sessions().has(person, &id, &said).await.unwrap();
        let used = table.sessions().touch(person, &id, &said, noon(300));
        assert_eq!(used.await.unwrap(), known);
        known
    };
    assert!(has(ada, 1, said()).await);
    assert!(!has(ada, 1, other).await);
    assert!(!has(eve, 1, said()).await);
    assert!(!has(ada, 3, said()).await);
    assert!(has(ada, 2, said()).await && has(ada, 2, other).await);
}

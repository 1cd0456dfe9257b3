//! Sessions, which are there until they end.

use domain::{
    actor::Actor,
    audit::{Deed, Note},
    id::SessionId,
};
use store::table::SessionRecord;

use crate::support::{Bench, noon};

const ADA: &str = "ada@example.com";

fn id(number: u32) -> SessionId {
    format!("01KAF{number:021}").parse().unwrap()
}

fn session(number: u32) -> SessionRecord {
    SessionRecord {
        id: id(number),
        person: ADA.to_owned(),
        began: noon(0),
        seen: noon(0),
        until: noon(86_400),
        user_agent: Some("Mozilla/5.0".to_owned()),
        address: None,
    }
}

fn note(count: usize) -> Note {
    let mut note = Note::new(noon(9), Actor::local(), "local", Deed::SessionEnded);
    note.details
        .insert("sessions".to_owned(), count.to_string());
    note
}

#[tokio::test]
async fn a_session_is_used_until_it_is_ended() {
    let bench = Bench::new().await;
    let table = &bench.table;
    table.put_session(&session(1)).await.unwrap();
    assert!(table.use_session(ADA, &id(1), noon(300)).await.unwrap());
    let seen = table.sessions(ADA).await.unwrap();
    assert_eq!(
        seen,
        [SessionRecord {
            seen: noon(300),
            ..session(1)
        }]
    );
    assert_eq!(table.sessions("eve@example.com").await.unwrap(), []);
    assert!(
        !table
            .use_session("eve@example.com", &id(1), noon(300))
            .await
            .unwrap()
    );
    assert!(table.end_session(ADA, &id(1), &note(1)).await.unwrap());
    assert!(!table.end_session(ADA, &id(1), &note(1)).await.unwrap());
    // A use does not bring it back.
    assert!(!table.use_session(ADA, &id(1), noon(600)).await.unwrap());
    assert_eq!(table.sessions(ADA).await.unwrap(), []);
    let log = table.audit_span().await.unwrap().unwrap();
    assert_eq!(log.head.number, 1);
}

#[tokio::test]
async fn more_sessions_than_a_transaction_takes_all_end() {
    let bench = Bench::new().await;
    let table = &bench.table;
    for number in 0..95 {
        table.put_session(&session(number)).await.unwrap();
    }
    let ids: Vec<SessionId> = (0..95).map(id).collect();
    table.end_sessions(ADA, &ids, note).await.unwrap();
    assert_eq!(table.sessions(ADA).await.unwrap(), []);
    assert_eq!(table.audit_span().await.unwrap().unwrap().head.number, 2);
    assert!(!table.leave_session(ADA, &id(1)).await.unwrap());
}

#[tokio::test]
async fn a_name_as_long_as_an_issuer_likes_has_sessions_too() {
    let bench = Bench::new().await;
    let person = "x".repeat(5_000);
    let long = SessionRecord {
        person: person.clone(),
        ..session(1)
    };
    bench.table.put_session(&long).await.unwrap();
    assert_eq!(bench.table.sessions(&person).await.unwrap(), [long]);
}

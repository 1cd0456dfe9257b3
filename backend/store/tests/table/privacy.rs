//! Looking the table through for a person.

use domain::{actor::Actor, download::Download, event::Trigger, id::PersonId, status::Status};
use store::table::{Raw, Subject};
use testkit::records::event;

use crate::support::{Bench, noon};

const ADA: &str = "ada@example.com";

fn ada() -> PersonId {
    PersonId::of("https://issuer.example", "s-1")
}

fn subject() -> Subject {
    Subject {
        id: ada(),
        names: vec![ADA.to_owned()],
        texts: vec![ADA.to_owned()],
    }
}

/// A record of so many bytes.
fn download(by: Actor, second: i64, bytes: usize) -> Download {
    Download {
        build: "01HZY3V8Q4T9N2B7C6D5E00812".parse().unwrap(),
        app: "wallet".parse().unwrap(),
        environment: None,
        artifact: domain::digest::Digest::of(b"app"),
        name: "app.apk".parse().unwrap(),
        by,
        link: None,
        at: noon(second),
        user_agent: Some("x".repeat(bytes)),
    }
}

#[tokio::test]
async fn a_table_of_many_parts_is_looked_through_and_changed_to_its_end() {
    let bench = Bench::new().await;
    let table = &bench.table;
    let by = Actor::person(ada(), ADA, Vec::new());
    let bob = PersonId::of("https://issuer.example", "s-2");
    let bob = Actor::person(bob, "bob@example.com", Vec::new());
    for second in 0..12 {
        for (person, salt) in [(&by, "a"), (&bob, "b")] {
            let download = download(person.clone(), second, 200_000);
            table.downloads().put(&download, salt).await.unwrap();
        }
    }
    let (mut found, mut parts, mut next) = (Vec::new(), 0, None);
    loop {
        let part = table
            .people()
            .kept_of(&subject(), next.as_ref())
            .await
            .unwrap();
        found.extend(part.found);
        parts += 1;
        next = part.next;
        if next.is_none() {
            break;
        }
    }
    assert!(parts > 3, "{parts}");
    assert_eq!(found.len(), 12);
    assert!(found.iter().all(|kept| kept.record["by"]["name"] == ADA));
    let (mut changed, mut next) = (0, None);
    loop {
        let part = table
            .people()
            .forget_in(&subject(), next.as_ref())
            .await
            .unwrap();
        changed += part.found.get("DOWNLOADS").copied().unwrap_or_default();
        next = part.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(changed, 12);
    let part = table.people().forget_in(&subject(), None).await.unwrap();
    assert!(part.found.is_empty());
    let build = "01HZY3V8Q4T9N2B7C6D5E00812".parse().unwrap();
    let limit = domain::page::Limit::try_from(100).unwrap();
    let page = table.downloads().list(&build, limit, None).await.unwrap();
    assert_eq!(page.items.len(), 24);
    for download in page.items {
        if download.by.is_same_as(&by) {
            assert_eq!(download.by.name, ada().erased());
            assert_eq!(download.user_agent, None);
        } else {
            assert_eq!(download.by.name, "bob@example.com");
            assert!(download.user_agent.is_some());
        }
    }
}

#[tokio::test]
async fn an_event_with_its_payload_is_handed_out_without_that() {
    let bench = Bench::new().await;
    let mut event = event("a", Status::Running, 0);
    event.facts.trigger = Some(Trigger {
        kind: "push".to_owned(),
        by: Some(ADA.to_owned()),
    });
    let payload = Raw::Inline(r#"{"email":"ada@example.com"}"#);
    let table = &bench.table;
    table
        .events()
        .record(&event, Some(payload), None, noon(0))
        .await
        .unwrap();
    let found = table
        .people()
        .kept_of(&subject(), None)
        .await
        .unwrap()
        .found;
    let partitions: Vec<&str> = found.iter().map(|kept| kept.partition.as_str()).collect();
    for kind in ["EVENT#", "RUN#"] {
        let is_it = |partition: &&str| partition.starts_with(kind);
        assert!(partitions.iter().any(is_it), "{kind}: {partitions:?}");
    }
    assert!(found.iter().all(|kept| kept.record["raw"].is_null()));
    let changed = table
        .people()
        .forget_in(&subject(), None)
        .await
        .unwrap()
        .found;
    assert_eq!((changed["EVENT"], changed["RUN"]), (1, 1));
    assert_eq!(
        table
            .people()
            .kept_of(&subject(), None)
            .await
            .unwrap()
            .found,
        []
    );
}

#[tokio::test]
async fn a_place_that_is_none_is_told() {
    let bench = Bench::new().await;
    let nowhere = domain::page::Cursor::behind("somewhere");
    let asked = bench
        .table
        .people()
        .kept_of(&subject(), Some(&nowhere))
        .await;
    assert!(matches!(asked, Err(store::Error::NotFound { .. })));
}

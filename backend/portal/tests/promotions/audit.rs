//! The audit log: unbroken under many writers, and telling on whoever edits it behind our back.

use domain::{
    actor::Actor,
    audit::{Deed, Fault},
    page::Limit,
};
use futures::future::join_all;
use portal::{Error, audit::Format};
use serde_json::{Value, json};

use crate::canal::{Canal, ada, noon, tom};

/// Does something to the table behind the portal's back.
async fn behind(canal: &Canal, operation: &str, mut body: Value) -> Value {
    body["TableName"] = json!("towpath");
    let call = reqwest::Client::new()
        .post(canal.dynamodb.endpoint())
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"));
    let answer = call.body(body.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{operation} {body}");
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

fn place(number: u64) -> Value {
    json!({"pk": {"S": "AUDIT#2026-11"}, "sk": {"S": format!("{number:012}")}})
}

async fn entry(canal: &Canal, number: u64) -> Value {
    let answer = behind(canal, "GetItem", json!({"Key": place(number)})).await;
    answer["Item"].clone()
}

/// Puts an item where the entry of that number is.
async fn put(canal: &Canal, mut item: Value, number: u64) {
    item["sk"] = place(number)["sk"].clone();
    behind(canal, "PutItem", json!({"Item": item})).await;
}

async fn delete(canal: &Canal, number: u64) {
    behind(canal, "DeleteItem", json!({"Key": place(number)})).await;
}

/// What verifying finds: numbers and faults.
async fn found(canal: &Canal) -> Vec<(u64, Fault)> {
    let verified = canal.portal.verify_audit(&Actor::local(), noon(9)).await;
    let findings = verified.unwrap().findings;
    findings
        .into_iter()
        .map(|it| (it.number, it.fault))
        .collect()
}

/// A log of nine entries.
async fn canal_with_a_log() -> Canal {
    let canal = Canal::new().await;
    for number in 1..=3 {
        canal.in_preprod(number, noon(0)).await;
    }
    assert_eq!(canal.log().await.len(), 9);
    assert_eq!(found(&canal).await, []);
    canal
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_writers_at_once_keep_the_chain() {
    let canal = Canal::new().await;
    let mut builds = Vec::new();
    for number in 1..=8 {
        builds.push(canal.registered(number, noon(0)).await);
    }
    let writers = builds.into_iter().map(|build| {
        let portal = canal.portal.clone();
        tokio::spawn(async move {
            portal
                .withdraw(&ada(), &build.id, "leaks", noon(1))
                .await
                .unwrap();
            portal
                .restore(&ada(), &build.id, "it does not", noon(2))
                .await
                .unwrap();
        })
    });
    for done in join_all(writers).await {
        done.unwrap();
    }
    let numbers: Vec<u64> = canal.log().await.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=16).collect::<Vec<u64>>());
    assert_eq!(found(&canal).await, []);
    let config = canal.portal.config_changed(noon(3)).await.unwrap();
    assert!(config && !canal.portal.config_changed(noon(4)).await.unwrap());
    assert_eq!(
        canal.deeds().await.last(),
        Some(&Deed::ConfigurationChanged)
    );
}

#[tokio::test]
async fn an_altered_entry_is_found() {
    let canal = canal_with_a_log().await;
    let mut item = entry(&canal, 4).await;
    item["by"]["M"]["name"] = json!({"S": "somebody else"});
    put(&canal, item, 4).await;
    assert_eq!(found(&canal).await, [(4, Fault::Altered)]);
    // One that no longer reads as an entry at all, too.
    put(&canal, place(7), 7).await;
    assert_eq!(
        found(&canal).await,
        [(4, Fault::Altered), (7, Fault::Altered)]
    );
}

#[tokio::test]
async fn missing_entries_are_found_at_the_end_too() {
    let canal = canal_with_a_log().await;
    delete(&canal, 5).await;
    assert_eq!(found(&canal).await, [(5, Fault::Missing)]);
    delete(&canal, 9).await;
    assert_eq!(
        found(&canal).await,
        [(5, Fault::Missing), (9, Fault::Missing)]
    );
    behind(
        &canal,
        "DeleteItem",
        json!({"Key": {"pk": {"S": "AUDIT"}, "sk": {"S": "HEAD"}}}),
    )
    .await;
    assert!(found(&canal).await.contains(&(5, Fault::Missing)));
}

#[tokio::test]
async fn an_inserted_entry_is_found() {
    let canal = canal_with_a_log().await;
    let item = entry(&canal, 3).await;
    put(&canal, item, 10).await;
    let findings = found(&canal).await;
    assert!(findings.contains(&(3, Fault::Inserted)), "{findings:?}");
}

#[tokio::test]
async fn entries_in_another_order_are_found() {
    let canal = canal_with_a_log().await;
    let (second, third) = (entry(&canal, 2).await, entry(&canal, 3).await);
    put(&canal, third, 2).await;
    put(&canal, second, 3).await;
    let findings = found(&canal).await;
    assert!(findings.contains(&(2, Fault::Reordered)), "{findings:?}");
}

#[tokio::test]
async fn a_month_can_be_read_and_taken_away_by_who_may() {
    let canal = canal_with_a_log().await;
    let auditor = Actor::person("eve@example.com", vec!["auditors".to_owned()]);
    let few = Limit::try_from(4).unwrap();
    let page = canal
        .portal
        .audit(&auditor, None, few, None, noon(1))
        .await
        .unwrap();
    assert_eq!(
        (page.month.as_str(), page.entries.items[0].number),
        ("2026-11", 9)
    );
    let next = page.entries.next.as_ref();
    let page = canal
        .portal
        .audit(&auditor, None, few, next, noon(1))
        .await
        .unwrap();
    assert_eq!(page.entries.items[0].number, 5);

    let month = "2026-11".parse().unwrap();
    let csv = canal
        .portal
        .export_audit(&auditor, &month, Format::Csv)
        .await
        .unwrap();
    assert_eq!(csv.lines().count(), 10);
    assert!(
        csv.lines()
            .nth(1)
            .unwrap()
            .contains("\"promotion-requested\"")
    );
    let lines = canal
        .portal
        .export_audit(&auditor, &month, Format::JsonLines)
        .await
        .unwrap();
    let entries: Vec<_> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(domain::audit::verify(&entries, &[]), []);
    for actor in [tom(), ada()] {
        let forbidden = canal.portal.export_audit(&actor, &month, Format::Csv).await;
        assert!(
            matches!(forbidden, Err(Error::Forbidden { .. })),
            "{forbidden:?}"
        );
    }
}

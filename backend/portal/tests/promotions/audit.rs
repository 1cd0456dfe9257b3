//! The audit log: unbroken under many writers, and telling on anyone who edits it behind our back.

use std::process::Command;

use domain::{
    actor::Actor,
    audit::{AuditAction, Fault, Finding, Seals, format::Format},
    page::Limit,
};
use futures::future::join_all;
use portal::{Error, audit::Excerpt};
use serde_json::{Value, json};
use testkit::{TestPortal, ada, bob, member, noon, tom};

/// Does something to the table behind the portal's back.
pub(crate) async fn behind(test: &TestPortal, operation: &str, mut body: Value) -> Value {
    body["TableName"] = json!("towpath");
    test.services.dynamodb(operation, &body).await
}

pub(crate) fn place(number: u64) -> Value {
    json!({"pk": {"S": "AUDIT#2026-11"}, "sk": {"S": format!("{number:012}")}})
}

pub(crate) async fn entry(test: &TestPortal, number: u64) -> Value {
    let answer = behind(test, "GetItem", json!({"Key": place(number)})).await;
    answer["Item"].clone()
}

/// Puts an item where the entry of that number is.
pub(crate) async fn put(test: &TestPortal, mut item: Value, number: u64) {
    item["sk"] = place(number)["sk"].clone();
    behind(test, "PutItem", json!({"Item": item})).await;
}

pub(crate) async fn delete(test: &TestPortal, number: u64) {
    behind(test, "DeleteItem", json!({"Key": place(number)})).await;
}

/// What verifying finds: numbers and faults.
async fn found(test: &TestPortal) -> Vec<(u64, Fault)> {
    let verified = test.portal.audit().verify(&Actor::local(), noon(9)).await;
    let verified = verified.unwrap();
    python_agrees(test, &verified.findings, verified.erased).await;
    verified
        .findings
        .into_iter()
        .map(|it| (it.number, it.fault))
        .collect()
}

/// Anyone who reads nothing but the documentation comes to the same result, from what people can take away.
pub(crate) async fn python_agrees(test: &TestPortal, findings: &[Finding], erased: u64) {
    let (portal, auditor) = (&test.portal, Actor::local());
    let month = "2026-11".parse().unwrap();
    let log = portal
        .audit()
        .export(&auditor, &month, Format::JsonLines, None);
    let seals = portal.audit().seals(&auditor, None, noon(9)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let [log_path, seals_path] = ["audit.jsonl", "seals.json"].map(|name| folder.path().join(name));
    std::fs::write(&log_path, log.await.unwrap().text).unwrap();
    std::fs::write(&seals_path, serde_json::to_vec(&seals).unwrap()).unwrap();
    let verifier = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/audit/verify.py");
    let python = Command::new("python3")
        .arg(verifier)
        .args([log_path, seals_path])
        .output();
    let python = python.unwrap();
    let said =
        String::from_utf8(python.stdout).unwrap() + &String::from_utf8(python.stderr).unwrap();
    let expected = if findings.is_empty() { 0 } else { 7 };
    assert_eq!(
        python.status.code(),
        Some(expected),
        "{said}beside {findings:?}"
    );
    if findings.is_empty() {
        let counted = format!("; {erased} entries name somebody whose name was erased\n");
        assert!(said.ends_with(&counted), "{said} for {erased}");
    }
}

/// A log of nine entries.
async fn with_a_log() -> TestPortal {
    let test = TestPortal::on_path().await;
    // Two entries for each that is registered and released in dev, three for its promotion.
    test.registered(1, noon(0)).await;
    test.in_preprod(2, noon(0)).await;
    test.registered(3, noon(0)).await;
    assert_eq!(test.log().await.len(), 9);
    assert_eq!(found(&test).await, []);
    test
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_writers_at_once_keep_the_chain() {
    let test = TestPortal::on_path().await;
    let mut builds = Vec::new();
    for number in 1..=8 {
        builds.push(test.registered(number, noon(0)).await);
    }
    let writers = builds.into_iter().map(|build| {
        let portal = test.portal.clone();
        tokio::spawn(async move {
            portal
                .holds()
                .withdraw(&ada(), &build.id, "leaks", noon(1))
                .await
                .unwrap();
            portal
                .holds()
                .restore(&ada(), &build.id, "it does not", noon(2))
                .await
                .unwrap();
        })
    });
    for done in join_all(writers).await {
        done.unwrap();
    }
    let numbers: Vec<u64> = test.log().await.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=32).collect::<Vec<u64>>());
    assert_eq!(found(&test).await, []);
    let config = test.portal.audit().config_changed(noon(3)).await.unwrap();
    assert!(config && !test.portal.audit().config_changed(noon(4)).await.unwrap());
    assert_eq!(
        test.actions().await.last(),
        Some(&AuditAction::ConfigurationChanged)
    );
}

#[tokio::test]
async fn an_altered_entry_is_found() {
    let test = with_a_log().await;
    let mut item = entry(&test, 4).await;
    item["by"]["M"]["name"] = json!({"S": "somebody else"});
    put(&test, item, 4).await;
    assert_eq!(found(&test).await, [(4, Fault::Altered)]);
    // One that no longer reads as an entry at all, too.
    put(&test, place(7), 7).await;
    assert_eq!(
        found(&test).await,
        [(4, Fault::Altered), (7, Fault::Altered)]
    );
}

/// Where the names of a person lie.
fn names_of(actor: &Actor) -> Value {
    let person = actor.person.as_ref().unwrap();
    json!({"pk": {"S": format!("NAMES#{person}")}, "sk": {"S": "NAMES"}})
}

/// The erased names that verifying counts, in a log that nobody touched.
async fn erased(test: &TestPortal) -> u64 {
    assert_eq!(found(test).await, []);
    let verified = test.portal.audit().verify(&Actor::local(), noon(9)).await;
    verified.unwrap().erased
}

#[tokio::test]
async fn names_lie_beside_the_log_and_it_verifies_with_and_without_them() {
    let test = with_a_log().await;
    assert_eq!(erased(&test).await, 0);
    for number in 1..=9 {
        let item = entry(&test, number).await.to_string();
        assert!(!item.contains("example.com\""), "{item}");
    }
    // One that somebody puts in its place is found.
    let key = json!({"Key": names_of(&ada())});
    let kept = behind(&test, "GetItem", key.clone()).await["Item"].clone();
    let said = kept.to_string();
    assert!(said.contains(&ada().name), "{said}");
    let other: Value = serde_json::from_str(&said.replace(&ada().name, "eve@example.com")).unwrap();
    behind(&test, "PutItem", json!({"Item": other})).await;
    let findings = found(&test).await;
    assert!(findings.contains(&(5, Fault::Altered)), "{findings:?}");
    let spoilt = json!({"Item": names_of(&ada())});
    behind(&test, "PutItem", spoilt).await;
    assert!(found(&test).await.contains(&(5, Fault::Altered)));
    behind(&test, "PutItem", json!({"Item": kept})).await;
    assert_eq!(erased(&test).await, 0);
    // An erased one is none that was changed, and anyone who acts again is somebody with a name again.
    behind(&test, "DeleteItem", key).await;
    let gone = erased(&test).await;
    assert!(gone > 0);
    let named = |entries: &[domain::audit::Entry]| {
        let all = entries.iter().map(|entry| entry.note.by.name.clone());
        all.collect::<std::collections::BTreeSet<_>>()
    };
    let short: String = ada().person.unwrap().as_str().chars().take(8).collect();
    let log = named(&test.log().await);
    assert!(log.contains(&format!("erased person {short}")), "{log:?}");
    assert!(!log.contains(&ada().name), "{log:?}");
    test.registered(4, noon(3)).await;
    let build = test.registered(5, noon(3)).await;
    test.portal
        .holds()
        .withdraw(&ada(), &build.id, "leaks", noon(4))
        .await
        .unwrap();
    assert!(named(&test.log().await).contains(&ada().name));
    assert_eq!(erased(&test).await, gone);
}

#[tokio::test]
async fn what_an_entry_says_of_others_names_them_beside_it_too() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let hold = api::holds::HoldRequest {
        environment: testkit::prod(),
        app: None,
        reason: "stop".to_owned(),
    };
    test.portal
        .holds()
        .hold_environment(&bob(), hold, noon(1))
        .await
        .unwrap();
    let asked = testkit::to(&build, &testkit::prod());
    let refused = test
        .portal
        .promotions()
        .request(&ada(), asked, noon(2))
        .await;
    refused.unwrap_err();
    let last = test.log().await.pop().unwrap();
    let words = format!("prod is held by {}: stop", bob().name);
    assert_eq!(last.note.details["refusal 1"], words);
    let kept = entry(&test, last.number).await.to_string();
    assert!(!kept.contains(&bob().name), "{kept}");
    behind(&test, "DeleteItem", json!({"Key": names_of(&bob())})).await;
    let last = test.log().await.pop().unwrap();
    assert!(last.note.details["refusal 1"].contains("erased person "));
    assert_eq!(found(&test).await, []);
}

#[tokio::test]
async fn missing_entries_are_found_at_the_end_too() {
    let test = with_a_log().await;
    delete(&test, 5).await;
    assert_eq!(found(&test).await, [(5, Fault::Missing)]);
    delete(&test, 9).await;
    assert_eq!(
        found(&test).await,
        [(5, Fault::Missing), (9, Fault::Missing)]
    );
    behind(
        &test,
        "DeleteItem",
        json!({"Key": {"pk": {"S": "AUDIT"}, "sk": {"S": "HEAD"}}}),
    )
    .await;
    assert!(found(&test).await.contains(&(5, Fault::Missing)));
}

#[tokio::test]
async fn an_inserted_entry_is_found() {
    let test = with_a_log().await;
    let item = entry(&test, 3).await;
    put(&test, item, 10).await;
    let findings = found(&test).await;
    assert!(findings.contains(&(3, Fault::Inserted)), "{findings:?}");
}

#[tokio::test]
async fn entries_in_another_order_are_found() {
    let test = with_a_log().await;
    let (second, third) = (entry(&test, 2).await, entry(&test, 3).await);
    put(&test, third, 2).await;
    put(&test, second, 3).await;
    let findings = found(&test).await;
    assert!(findings.contains(&(2, Fault::Reordered)), "{findings:?}");
}

#[tokio::test]
async fn a_month_can_be_read_and_taken_away_by_who_may() {
    let test = with_a_log().await;
    let auditor = member("eve@example.com", vec!["auditors".to_owned()]);
    let few = Limit::try_from(4).unwrap();
    let page = test
        .portal
        .audit()
        .list(
            &auditor,
            Excerpt {
                month: None,
                limit: few,
                cursor: None,
            },
            noon(1),
        )
        .await
        .unwrap();
    assert_eq!(
        (page.month.as_str(), page.entries.items[0].number),
        ("2026-11", 9)
    );
    let next = page.entries.next.as_ref();
    let page = test
        .portal
        .audit()
        .list(
            &auditor,
            Excerpt {
                month: None,
                limit: few,
                cursor: next,
            },
            noon(1),
        )
        .await
        .unwrap();
    assert_eq!(page.entries.items[0].number, 5);

    let month = "2026-11".parse().unwrap();
    let csv = test
        .portal
        .audit()
        .export(&auditor, &month, Format::Csv, None)
        .await
        .unwrap();
    assert_eq!((csv.next, csv.last), (None, 9));
    let csv = csv.text;
    assert_eq!(csv.lines().count(), 10);
    assert!(csv.lines().nth(1).unwrap().contains("\"registered\""));
    let lines = test
        .portal
        .audit()
        .export(&auditor, &month, Format::JsonLines, None)
        .await
        .unwrap();
    let entries: Vec<_> = lines
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(domain::audit::verify(&entries, Seals::default()), []);
    for actor in [tom(), ada()] {
        let exported = test
            .portal
            .audit()
            .export(&actor, &month, Format::Csv, None);
        let forbidden = exported.await;
        assert!(
            matches!(forbidden, Err(Error::Forbidden { .. })),
            "{forbidden:?}"
        );
    }
}

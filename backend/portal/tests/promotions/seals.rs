//! Seals: made hourly, numbered and chained; and whatever is done to the table and to their bucket together is found.

use api::audit::Verified;
use domain::{
    actor::Actor,
    audit::{AuditAction, Entry, Fault, Head, LockMode, Locks, Seal},
};
use futures::future::join_all;
use portal::Error;
use serde_json::json;
use store::{Objects, table::NewestSeal};
use testkit::{TestPortal, ada, noon, path};

use crate::audit::{behind, delete, entry, put, python_agrees};

const BUCKET: &str = "seals";

async fn sealing() -> TestPortal {
    let builder = TestPortal::builder().path(path(|_| {}));
    builder.seals(BUCKET).faults().start().await
}

/// Something that is noted.
async fn noted(test: &TestPortal) {
    let note = testkit::records::note(AuditAction::Held);
    test.store.table.audit().note(&note).await.unwrap();
}

async fn seal(test: &TestPortal, minutes: i64) -> Option<Seal> {
    test.portal
        .audit()
        .seal_if_due(noon(minutes))
        .await
        .unwrap()
}

/// Three seals over six entries: what they are.
async fn with_seals(test: &TestPortal) -> Vec<Seal> {
    let mut seals = Vec::new();
    for hour in 0..3 {
        noted(test).await;
        noted(test).await;
        seals.push(seal(test, hour * 60).await.unwrap());
    }
    assert_eq!(found(test).await, []);
    seals
}

async fn verified(test: &TestPortal) -> Verified {
    let verified = test.portal.audit().verify(&Actor::local(), noon(600)).await;
    let verified = verified.unwrap();
    python_agrees(test, &verified.findings, verified.erased).await;
    verified
}

async fn found(test: &TestPortal) -> Vec<(u64, Fault)> {
    let findings = verified(test).await.findings.into_iter();
    findings.map(|it| (it.number, it.fault)).collect()
}

fn bucket(test: &TestPortal) -> Objects {
    test.store.objects.in_bucket(BUCKET)
}

/// What lies at a key is removed for good, as by anyone who has all rights.
fn remove(test: &TestPortal, seal: &Seal) {
    test.services.remove_object(BUCKET, &seal.key());
}

/// Puts another version over an object, or an object where none is.
async fn overwrite(test: &TestPortal, key: &str, bytes: String) {
    let put = bucket(test).put(key, bytes, "application/json").await;
    put.unwrap();
}

/// Writes the log anew from an entry on, with every hash made to fit, and the end as well.
async fn rewrite(test: &TestPortal, from: u64) {
    let log = test.log().await;
    let mut head = Head::default();
    for old in log {
        let mut item = entry(test, old.number).await;
        let mut note = old.note;
        if old.number >= from {
            note.reason = Some("nothing happened".to_owned());
        }
        let new = Entry::after(&head, note);
        head = new.head();
        item["reason"] = match &new.note.reason {
            Some(reason) => json!({"S": reason}),
            None => continue,
        };
        item["previous"] = json!({"S": new.previous.to_string()});
        item["hash"] = json!({"S": new.hash.to_string()});
        put(test, item, new.number).await;
    }
    set_end(test, &head).await;
}

/// Has the log say that it ends there.
async fn set_end(test: &TestPortal, head: &Head) {
    let end = json!({
        "Key": {"pk": {"S": "AUDIT"}, "sk": {"S": "HEAD"}},
        "UpdateExpression": "SET entries = :number, entry_hash = :hash",
        "ExpressionAttributeValues": {
            ":number": {"N": head.number.to_string()},
            ":hash": {"S": head.hash.to_string()},
        },
    });
    behind(test, "UpdateItem", end).await;
}

/// Has the table name another newest seal, or none.
async fn set_newest(test: &TestPortal, newest: Option<&Seal>) {
    let key = json!({"pk": {"S": "AUDIT"}, "sk": {"S": "SEAL"}});
    behind(test, "DeleteItem", json!({"Key": key})).await;
    if let Some(seal) = newest {
        let newest = NewestSeal {
            seal: seal.clone(),
            in_bucket: true,
        };
        let noted = test.store.table.audit().note_seal(None, &newest).await;
        assert!(noted.unwrap());
    }
}

#[tokio::test]
async fn the_log_is_sealed_when_an_hour_has_passed() {
    let test = sealing().await;
    assert_eq!(seal(&test, 0).await, None, "nothing was noted");
    noted(&test).await;
    let first = seal(&test, 1).await.unwrap();
    assert_eq!((first.number, first.head.number), (1, 1));
    assert_eq!(seal(&test, 90).await, None, "nothing was added");
    noted(&test).await;
    assert_eq!(seal(&test, 60).await, None);
    let second = seal(&test, 61).await.unwrap();
    assert_eq!((second.number, second.head.number), (2, 2));
    assert_eq!(second.previous, first.as_last().digest);
    let verified = verified(&test).await;
    assert_eq!(verified.findings, []);
    assert_eq!((verified.seals, verified.unnumbered_seals), (2, 0));
    assert_eq!(verified.sealed.unwrap().entry, 2);
    let governance = Locks {
        governance: 2,
        ..Locks::default()
    };
    assert_eq!(verified.locks, governance);
    assert_eq!(
        bucket(&test).list("").await.unwrap(),
        [first.key(), second.key()]
    );
}

#[tokio::test]
async fn a_release_into_the_last_step_is_sealed_at_once() {
    let test = sealing().await;
    noted(&test).await;
    seal(&test, 0).await.unwrap();
    test.in_preprod(1, noon(1)).await;
    assert_eq!(seal(&test, 2).await, None, "preprod is not the last");
    test.in_prod(2, noon(3)).await;
    let sealed = seal(&test, 4).await.unwrap();
    assert_eq!(sealed.head.number, test.log().await.len() as u64);
    assert_eq!(seal(&test, 5).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_that_seal_at_once_make_one_seal() {
    let test = sealing().await;
    noted(&test).await;
    let calls = (0..8).map(|_| {
        let portal = test.portal.clone();
        tokio::spawn(async move { portal.audit().seal_if_due(noon(0)).await.unwrap() })
    });
    let made = join_all(calls).await.into_iter().filter_map(Result::unwrap);
    assert_eq!(made.count(), 1);
    assert_eq!(bucket(&test).list("").await.unwrap().len(), 1);
    assert_eq!(found(&test).await, []);
}

#[tokio::test]
async fn a_seal_that_was_decided_and_not_put_is_put_by_the_next_call() {
    let test = sealing().await;
    let seals = with_seals(&test).await;
    noted(&test).await;
    let head = test.log().await.last().unwrap().head();
    let decided = Seal::after(&seals[2].as_last(), head, noon(200));
    let [before, after] = [(&seals[2], true), (&decided, false)].map(|(seal, in_bucket)| {
        let seal = seal.clone();
        NewestSeal { seal, in_bucket }
    });
    let table = &test.store.table;
    assert!(
        table
            .audit()
            .note_seal(Some(&before), &after)
            .await
            .unwrap()
    );
    assert_eq!(found(&test).await, [], "it is not missing yet");
    assert_eq!(seal(&test, 201).await, None, "no other one is made");
    assert_eq!(bucket(&test).list("").await.unwrap().len(), 4);
    assert!(
        table
            .audit()
            .newest_seal()
            .await
            .unwrap()
            .unwrap()
            .in_bucket
    );
    assert_eq!(found(&test).await, []);
}

#[tokio::test]
async fn an_object_in_a_seals_place_is_compared_and_not_accepted() {
    let test = sealing().await;
    let seals = with_seals(&test).await;
    noted(&test).await;
    let head = test.log().await.last().unwrap().head();
    let next = Seal::after(&seals[2].as_last(), head.clone(), noon(200));
    let planted = Seal::after(&seals[1].as_last(), head, noon(200));
    overwrite(&test, &next.key(), planted.text()).await;
    let refused = test.portal.audit().seal_if_due(noon(200)).await;
    assert!(
        matches!(refused, Err(Error::Conflict { .. })),
        "{refused:?}"
    );
    assert_eq!(found(&test).await, [(4, Fault::SealForged)]);
    // Sealing goes on behind it.
    noted(&test).await;
    assert_eq!(seal(&test, 300).await.unwrap().number, 5);
    assert_eq!(found(&test).await, [(4, Fault::SealForged)]);
}

#[tokio::test]
async fn seals_that_are_gone_are_missed_and_sealing_goes_on() {
    for gone in 0..3 {
        let test = sealing().await;
        let seals = with_seals(&test).await;
        remove(&test, &seals[gone]);
        let expected = [(seals[gone].number, Fault::SealMissing)];
        assert_eq!(found(&test).await, expected);
        noted(&test).await;
        let next = seal(&test, 300).await.unwrap();
        assert_eq!(next.number, 4, "no number is used twice");
        assert_eq!(found(&test).await, expected);
    }
}

#[tokio::test]
async fn seals_that_are_written_over_or_hidden_count_all_the_same() {
    let test = sealing().await;
    let seals = with_seals(&test).await;
    rewrite(&test, 3).await;
    let log = test.log().await;
    // The keys hold the heads, so what fits the log that was written anew has other keys.
    let mut last = seals[0].as_last();
    for old in &seals[1..] {
        let entry = log.iter().find(|entry| entry.number == old.head.number);
        let head = entry.unwrap().head();
        let forged = Seal::after(&last, head, old.sealed_at);
        last = forged.as_last();
        overwrite(&test, &forged.key(), forged.text()).await;
        bucket(&test).delete(&old.key()).await.unwrap();
        set_newest(&test, Some(&forged)).await;
    }
    assert_eq!(
        found(&test).await,
        [
            (4, Fault::SealMismatch),
            (6, Fault::SealMismatch),
            (2, Fault::SealReplaced),
            (2, Fault::SealDeleted),
            (3, Fault::SealReplaced),
            (3, Fault::SealDeleted),
        ]
    );

    let test = sealing().await;
    let seals = with_seals(&test).await;
    overwrite(&test, &seals[1].key(), "{}".to_owned()).await;
    assert_eq!(found(&test).await, [(2, Fault::SealReplaced)]);
    bucket(&test).delete(&seals[2].key()).await.unwrap();
    assert_eq!(
        found(&test).await,
        [(2, Fault::SealReplaced), (3, Fault::SealDeleted)]
    );
    noted(&test).await;
    assert_eq!(seal(&test, 300).await.unwrap().number, 4);
}

#[tokio::test]
async fn a_log_that_was_cut_behind_its_seals_is_found() {
    let test = sealing().await;
    with_seals(&test).await;
    delete(&test, 6).await;
    let end = test.log().await.last().unwrap().head();
    set_end(&test, &end).await;
    assert_eq!(found(&test).await, [(6, Fault::Missing)]);
    // What is written in its place then is found as well, and that the log went back stays on record.
    assert_eq!(seal(&test, 300).await.unwrap().number, 4);
    let lifted = testkit::records::note(AuditAction::Lifted);
    test.store.table.audit().note(&lifted).await.unwrap();
    assert_eq!(
        found(&test).await,
        [(6, Fault::SealMismatch), (4, Fault::SealForged)]
    );
}

#[tokio::test]
async fn what_the_table_says_of_the_newest_seal_hides_nothing() {
    // It forgets: the bucket counts.
    let test = sealing().await;
    let seals = with_seals(&test).await;
    set_newest(&test, None).await;
    assert_eq!(found(&test).await, []);
    noted(&test).await;
    assert_eq!(seal(&test, 300).await.unwrap().number, 4);
    assert_eq!(found(&test).await, []);
    // It was set back, as from a backup.
    set_newest(&test, Some(&seals[0])).await;
    noted(&test).await;
    assert_eq!(seal(&test, 400).await.unwrap().number, 5);
    assert_eq!(found(&test).await, []);
    // It claims what is to come: no wait for that.
    let mut ahead = test
        .store
        .table
        .audit()
        .newest_seal()
        .await
        .unwrap()
        .unwrap()
        .seal;
    ahead.sealed_at = noon(100_000);
    set_newest(&test, Some(&ahead)).await;
    noted(&test).await;
    assert_eq!(seal(&test, 500).await.unwrap().number, 6);
    // Nonsense is an error, and not silence.
    let nonsense = json!({
        "Key": {"pk": {"S": "AUDIT"}, "sk": {"S": "SEAL"}},
        "UpdateExpression": "SET seal_digest = :digest",
        "ExpressionAttributeValues": {":digest": {"S": ahead.previous.to_string()}},
    });
    behind(&test, "UpdateItem", nonsense).await;
    assert!(test.portal.audit().seal_if_due(noon(600)).await.is_err());
}

/// What only the lock can prevent: in governance mode, anyone who has the right to bypass it removes the newest seals, sets the
/// table back and writes the log anew. Verification says in which mode the seals are.
#[tokio::test]
async fn the_mode_says_what_a_bypass_could_hide() {
    let test = sealing().await;
    let seals = with_seals(&test).await;
    rewrite(&test, 5).await;
    remove(&test, &seals[2]);
    set_newest(&test, Some(&seals[1])).await;
    let hidden = verified(&test).await;
    assert_eq!(hidden.findings, []);
    assert_eq!((hidden.locks.governance, hidden.locks.compliance), (2, 0));
    let words = hidden.locks.words().unwrap();
    assert!(words.contains("s3:BypassGovernanceRetention"), "{words}");
}

#[tokio::test]
async fn people_read_the_seals_with_their_versions() {
    let test = sealing().await;
    let seals = with_seals(&test).await;
    overwrite(&test, &seals[0].key(), "another".to_owned()).await;
    let view = test
        .portal
        .audit()
        .seals(&Actor::local(), None, noon(600))
        .await;
    let view = view.unwrap();
    assert_eq!((view.newest, view.next), (Some(3), None));
    let of_first: Vec<_> = view
        .seals
        .iter()
        .filter(|it| it.key == seals[0].key())
        .collect();
    let texts: Vec<_> = of_first.iter().map(|it| it.text.clone()).collect();
    assert_eq!(texts, [None, Some(seals[0].text())]);
    let mode = of_first[1].lock.map(|lock| lock.mode);
    assert_eq!(mode, Some(LockMode::Governance));
    let forbidden = test.portal.audit().seals(&ada(), None, noon(600)).await;
    assert!(matches!(forbidden, Err(Error::Forbidden { .. })));
}

//! The audit log: read, taken away, and found out when somebody edits it.

use domain::{
    actor::Actor,
    audit::{AuditAction, AuditRecord, DaySeal, Entry, Head, LastSeal, Named, Names, Seal},
    id::PersonId,
};
use serde_json::{Value, json};
use store::{Settings, Store};

use crate::portal::{Portal, Typed, towpath, typed};

/// A portal whose log has four entries.
fn with_a_log() -> Portal {
    let portal = Portal::with_a_path();
    for (verb, reason) in [
        ("hold", "first"),
        ("lift", "second"),
        ("hold", "third"),
        ("lift", "fourth"),
    ] {
        portal.says(&[verb, "prod", "--reason", reason]);
    }
    portal
}

fn exported(portal: &Portal) -> Vec<Entry> {
    let text = portal.says(&["audit", "export", "--all"]);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Verifies entries that were written to a file.
fn verify(portal: &Portal, entries: &[Entry], more: &[&str]) -> Typed {
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| serde_json::to_string(entry).unwrap())
        .collect();
    std::fs::write(portal.path("audit.jsonl"), lines.join("\n")).unwrap();
    portal.types(&[&["audit", "verify", "audit.jsonl"], more].concat())
}

#[test]
fn the_log_says_who_did_what() {
    let portal = with_a_log();
    let listed = portal.says(&["audit", "list", "--limit", "2"]);
    let lines: Vec<Vec<&str>> = listed
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        lines[0],
        ["ENTRY", "AT", "WHO", "WHAT", "WHERE", "BUILD", "REASON"]
    );
    assert_eq!(lines.len(), 3, "{listed}");
    assert!(
        lines[1].contains(&"fourth") && lines[1].contains(&"lifted"),
        "{listed}"
    );
    assert_eq!(
        portal.types(&["audit", "list", "--month", "2001-01"]).err,
        "nothing was noted in 2001-01\n"
    );
    portal.refuses(2, &["audit", "list", "--month", "2001-13"]);

    let csv = portal.says(&["audit", "export", "--format", "csv"]);
    assert_eq!(
        csv.lines().next().unwrap().split(',').next(),
        Some("number")
    );
    let written = portal.types(&["audit", "export", "--all", "--output", "log.jsonl"]);
    assert_eq!((written.code, written.out.as_str()), (0, ""));
    let file = std::fs::read_to_string(portal.path("log.jsonl")).unwrap();
    assert_eq!(file.lines().count(), exported(&portal).len());
}

#[test]
fn a_log_that_nobody_touched_is_well() {
    let portal = with_a_log();
    let log = exported(&portal);
    let (count, end) = (log.len(), log.last().unwrap().hash);
    let well = portal.says(&["audit", "verify"]);
    let begins = format!("the audit log is as it was written: {count} entries and ");
    assert!(well.starts_with(&begins), "{well}");
    let ends = format!("; it ends with entry {count}, {end}");
    assert!(well.lines().next().unwrap().ends_with(&ends), "{well}");
    assert_eq!(portal.json(&["audit", "verify"])["findings"], json!([]));
    let empty = Portal::with_a_path();
    assert_eq!(empty.json(&["audit", "verify"])["findings"], json!([]));
}

#[test]
fn whatever_was_done_to_an_exported_log_is_named() {
    let portal = with_a_log();
    let log = exported(&portal);
    let second = log[1].number;
    assert_eq!(verify(&portal, &log, &[]).code, 0);

    let mut altered = log.clone();
    altered[1].note.reason = Some("nothing happened".to_owned());
    let mut missing = log.clone();
    missing.remove(1);
    let mut reordered = log.clone();
    reordered.swap(1, 2);
    let mut inserted = log.clone();
    inserted.insert(2, Entry::after(&log[0].head(), log[3].note.clone()));
    for (edited, fault, number) in [
        (&altered, "altered", second),
        (&missing, "missing", second),
        (&reordered, "reordered", second),
        (&inserted, "inserted", second),
    ] {
        let found = verify(&portal, edited, &[]);
        assert_eq!(found.code, 7, "{fault}: {}", found.out);
        let line = found
            .out
            .lines()
            .find(|line| line.starts_with(fault))
            .unwrap_or_default();
        assert!(line.contains(&number.to_string()), "{fault}: {}", found.out);
        assert!(
            found.err.contains("is not as it was written"),
            "{}",
            found.err
        );
        assert_eq!(found.err.lines().count(), 1);
        let json: Value = serde_json::from_str(&verify(&portal, edited, &["--json"]).out).unwrap();
        assert_eq!(json["findings"][0]["fault"], fault);
    }
    std::fs::write(portal.path("audit.jsonl"), "{\"number\": 1}\n").unwrap();
    let unreadable = portal.types(&["audit", "verify", "audit.jsonl"]);
    assert_eq!(unreadable.code, 7);
    assert!(
        unreadable.out.contains("entry 1 can no longer be read"),
        "{}",
        unreadable.out
    );
    assert_eq!(
        portal
            .refuses(1, &["audit", "verify", "none.jsonl"])
            .lines()
            .count(),
        1
    );
}

#[test]
fn a_log_that_was_written_anew_is_betrayed_by_a_seal() {
    let portal = with_a_log();
    let log = exported(&portal);
    let mut head = Head::default();
    let mut anew = Vec::new();
    for entry in &log {
        let mut note = entry.note.clone();
        note.reason = note.reason.map(|_| "nothing happened".to_owned());
        let entry = Entry::after(&head, note);
        head = entry.head();
        anew.push(entry);
    }
    assert_eq!(verify(&portal, &anew, &[]).code, 0, "its hashes fit");
    let last = log.last().unwrap();
    let day = DaySeal {
        day: "2026-11-21".parse().unwrap(),
        head: log[0].head(),
        sealed_at: log[0].note.at,
    };
    let seal = Seal::after(&day.as_last(), last.head(), last.note.at);
    let seals = portal.path("seals");
    std::fs::create_dir(&seals).unwrap();
    let refused = verify(&portal, &log, &["--seals", "seals"]);
    assert_eq!(refused.code, 1, "an empty folder is a mistake");
    for (key, text) in [
        (seal.key(), seal.text()),
        (day.key(), serde_json::to_string(&day).unwrap()),
    ] {
        std::fs::write(portal.path(&key), text).unwrap();
    }
    let found = verify(&portal, &anew, &["--seals", "seals"]);
    assert_eq!(found.code, 7, "{}", found.err);
    assert!(found.out.starts_with("seal mismatch: "), "{}", found.out);
    let well = verify(&portal, &log, &["--seals", "seals"]);
    assert_eq!(well.code, 0, "{}", well.out);
    let of_day = "2 seals (1 of an earlier version, one a day and without a number)";
    assert!(well.out.contains(of_day), "{}", well.out);
    portal.says(&["audit", "verify", "--seals", "seals"]);
    // One of the two is taken away.
    std::fs::remove_file(portal.path(&day.key())).unwrap();
    let found = verify(&portal, &log, &["--seals", "seals"]);
    assert_eq!(found.code, 7, "{}", found.err);
    assert!(
        found.out.starts_with("seal forged: seal 1 "),
        "{}",
        found.out
    );
}

/// What the command and the program in Python that reads the documentation alone say of the same file: both exit codes.
fn both(portal: &Portal, log: &[Entry]) -> (i32, i32, String) {
    let ours = verify(portal, log, &[]);
    let verifier = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/audit/verify.py");
    let python = std::process::Command::new("python3")
        .arg(verifier)
        .arg(portal.path("audit.jsonl"))
        .output()
        .unwrap();
    let said = String::from_utf8(python.stdout).unwrap();
    (ours.code, python.status.code().unwrap(), ours.out + &said)
}

#[test]
fn names_beside_entries_are_verified_and_may_be_erased() {
    let portal = with_a_log();
    let before = exported(&portal);
    let id = PersonId::of("https://issuer.example", "s-1");
    let ada = Actor::person(id.clone(), "ada@example.com", Vec::new());
    let own = Named {
        name: ada.name.clone(),
        salt: "b1946ac92492d2347c6235b4d2611184".to_owned(),
    };
    let names = Names::from([(id, own)]);
    let mut log = before.clone();
    for reason in ["ask ada@example.com", "lifted"] {
        let note = AuditRecord {
            reason: Some(reason.to_owned()),
            ..AuditRecord::new(before[0].note.at, ada.clone(), "session", AuditAction::Held)
        };
        let head = log.last().unwrap().head();
        log.push(Entry {
            names: names.clone(),
            ..Entry::after(&head, note.without_names(&names))
        });
    }
    let (ours, python, said) = both(&portal, &log);
    assert_eq!((ours, python), (0, 0), "{said}");
    assert!(
        said.contains("; 0 entries name somebody whose name was erased"),
        "{said}"
    );
    let mut erased = log.clone();
    for entry in &mut erased {
        entry.names.clear();
    }
    let (ours, python, said) = both(&portal, &erased);
    assert_eq!((ours, python), (0, 0), "{said}");
    let counted = said.matches("2 entries name somebody whose name was erased");
    assert_eq!(counted.count(), 2, "{said}");
    let changes: [fn(&mut Entry); 4] = [
        |entry| {
            for of in entry.names.values_mut() {
                of.name = "eve@example.com".to_owned();
            }
        },
        |entry| {
            for of in entry.names.values_mut() {
                of.salt = "00".to_owned();
            }
        },
        |entry| entry.note.people.clear(),
        |entry| entry.note.by.name = "ada@example.com".to_owned(),
    ];
    for change in changes {
        let mut other = log.clone();
        change(&mut other[5]);
        let (ours, python, said) = both(&portal, &other);
        assert_eq!((ours, python), (7, 7), "{said}");
    }
}

/// `towpath`, with the AWS credentials of an auditor and no portal that it could ask.
fn with_own_credentials(portal: &Portal, arguments: &[&str]) -> Typed {
    typed(
        towpath(portal.folder.path())
            .env("TOWPATH_URL", "http://127.0.0.1:1")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "towpath-local")
            .env("AWS_SECRET_ACCESS_KEY", "towpath-local")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &portal.dynamodb)
            .env("AWS_ENDPOINT_URL_S3", &portal.s3)
            .args(["audit", "verify"])
            .args(arguments),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_verifies_table_and_bucket_without_the_portal() {
    let portal = with_a_log();
    let log = exported(&portal);
    let own = ["--bucket", "towpath-audit", "--table", "towpath"];
    let well = with_own_credentials(&portal, &own);
    assert_eq!(well.code, 0, "{}{}", well.out, well.err);
    let begins = format!(
        "the audit log is as it was written: {} entries and ",
        log.len()
    );
    assert!(well.out.starts_with(&begins), "{}", well.out);
    // The table's name is known where the bucket's is a deployment's own.
    let refused = with_own_credentials(&portal, &["--bucket", "towpath-audit"]);
    assert_eq!(refused.code, 5, "{}", refused.err);
    assert!(refused.err.contains("--table"), "{}", refused.err);
    let named = "towpath-prod-audit-333333333333-eu-west-1";
    let refused = with_own_credentials(&portal, &["--bucket", named]);
    assert_eq!(refused.code, 5, "{}", refused.err);
    // A seal that somebody puts into the bucket is looked at, also where entries come from a file.
    let forged = Seal::after(&LastSeal::default(), log[1].head(), log[1].note.at);
    let text = forged.text().replace("\"number\":1,", "\"number\":2,");
    let settings = Settings {
        region: "eu-west-1".to_owned(),
        table: "towpath".to_owned(),
        bucket: "towpath-audit".to_owned(),
        dynamodb_endpoint: None,
        s3_endpoint: Some(portal.s3.clone()),
        static_credentials: Some(("towpath-local".to_owned(), "towpath-local".to_owned())),
    };
    let seals = Store::connect(&settings).await.objects;
    for (key, text) in [
        ("seals/2026-11-21.json".to_owned(), "{}".to_owned()),
        (forged.key(), text),
    ] {
        seals.put(&key, text, "application/json").await.unwrap();
    }
    std::fs::write(
        portal.path("audit.jsonl"),
        portal.says(&["audit", "export", "--all"]),
    )
    .unwrap();
    for more in [&own[..], &["audit.jsonl", "--bucket", "towpath-audit"]] {
        let found = with_own_credentials(&portal, more);
        assert_eq!(found.code, 7, "{}{}", found.out, found.err);
        let lines: Vec<_> = found
            .out
            .lines()
            .filter(|line| line.starts_with("seal forged: "))
            .collect();
        assert!(lines.len() >= 2, "{}", found.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_to_the_table_is_found_through_the_portal() {
    let portal = with_a_log();
    let entry = &exported(&portal)[1];
    let month = &entry.note.at.to_string()[..7];
    let key = json!({
        "pk": {"S": format!("AUDIT#{month}")},
        "sk": {"S": format!("{:012}", entry.number)},
    });
    let call = reqwest::Client::new()
        .post(&portal.dynamodb)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", "DynamoDB_20120810.DeleteItem");
    let body = json!({"TableName": "towpath", "Key": key});
    let answer = call.body(body.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let found = portal.types(&["audit", "verify"]);
    assert_eq!(found.code, 7, "{}{}", found.out, found.err);
    assert_eq!(
        found.out,
        format!("missing: entry {} is missing\n", entry.number)
    );
}

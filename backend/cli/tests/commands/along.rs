//! Builds on their way along the path.

use serde_json::Value;
use store::{Settings, Store};

use crate::portal::Portal;

const TO_PREPROD: [&str; 6] = [
    "promote",
    "wallet/dev",
    "--to",
    "preprod",
    "--reason",
    "tested",
];

fn to_prod<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let asked = [
        "promote",
        "wallet/preprod",
        "--to",
        "prod",
        "--reason",
        "release 5.2",
    ];
    [&asked[..], more].concat()
}

/// A portal with one build, in dev and in preprod.
fn in_preprod() -> Portal {
    let portal = Portal::with_a_path();
    portal.builds(1_000);
    portal.says(&TO_PREPROD);
    portal
}

#[tokio::test]
async fn a_bucket_that_an_s3_client_made_is_copied_to() {
    let portal = Portal::with_target("{ bucket = \"prod-releases\" }", &[]);
    portal.builds(1_000);
    // As docs/carrying.md says.
    let key = "towpath-local".to_owned();
    let client = Store::connect(&Settings {
        region: "eu-west-1".to_owned(),
        table: String::new(),
        bucket: "prod-releases".to_owned(),
        dynamodb_endpoint: None,
        s3_endpoint: Some(portal.s3.clone()),
        static_credentials: Some((key.clone(), key)),
    })
    .await;
    client.objects.create_bucket().await.unwrap();
    let to_prod = [
        "promote",
        "wallet/dev",
        "--to",
        "prod",
        "--reason",
        "tested",
    ];
    let done = portal.says(&[&to_prod[..], &["--wait"]].concat());
    assert!(
        done.starts_with("build 1 of wallet to prod: succeeded"),
        "{done}"
    );
    let copied = client.objects.list("artifacts/wallet/").await.unwrap();
    assert!(copied[0].ends_with("/1000.apk"), "{copied:?}");
}

/// The identifier of the one promotion that is open.
fn open(portal: &Portal) -> String {
    let all = portal.json(&["promotions"]);
    all["others"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_build_goes_where_nothing_is_in_its_way() {
    let portal = Portal::with_a_path();
    let build = portal.builds(1_000);
    let done = portal.says(&[&TO_PREPROD[..], &["--wait"]].concat());
    assert!(
        done.starts_with("build 1 of wallet to preprod: succeeded\n"),
        "{done}"
    );
    assert!(
        done.contains(&format!("page       {}/promotions/", portal.url)),
        "{done}"
    );
    let there = portal.json(&["promotions", "--app", "wallet", "--environment", "preprod"]);
    assert_eq!(there["items"][0]["state"]["is"], "succeeded");
    assert_eq!(there["items"][0]["build"], build);
    let again = portal.refuses(5, &TO_PREPROD);
    assert_eq!(again.lines().count(), 1, "{again}");
}

#[test]
fn all_that_is_in_the_way_is_said_at_once() {
    let portal = Portal::with_a_path();
    portal.builds(1_000);
    let asked = ["promote", "wallet/dev", "--to", "prod", "--reason", " "];
    let refused = portal.refuses(5, &asked);
    let lines: Vec<&str> = refused.lines().collect();
    assert_eq!(lines[0], "towpath: refused, for 2 reasons:", "{refused}");
    assert_eq!(lines.len(), 3, "{refused}");
    assert!(
        lines[1..].iter().any(|line| line.contains("preprod")),
        "{refused}"
    );
    let refused = portal.refuses(5, &[&["--json"], &asked[..]].concat());
    let json: Value = serde_json::from_str(&refused).unwrap();
    assert_eq!(json["code"], 5);
    assert_eq!(json["refusals"].as_array().unwrap().len(), 2);
    assert_eq!(
        portal.json(&["promotions"])["others"],
        serde_json::json!([])
    );
    for asked in [
        [
            "promote",
            "wallet/stage",
            "--to",
            "preprod",
            "--reason",
            "x",
        ],
        ["promote", "wallet/prod", "--to", "preprod", "--reason", "x"],
        [
            "promote",
            "01JZ0000000000000000000000",
            "--to",
            "preprod",
            "--reason",
            "x",
        ],
    ] {
        let refused = portal.refuses(4, &asked);
        assert_eq!(refused.lines().count(), 1, "{refused}");
    }
}

#[test]
fn every_gate_is_seen_before_anything_is_asked_for() {
    let portal = in_preprod();
    let check = ["promote", "wallet/preprod", "--to", "prod", "--check"];
    let seen = portal.says(&check);
    assert!(
        seen.contains("needs 1 approval from release-managers")
            && seen.contains("ask someone of release-managers to approve"),
        "{seen}"
    );
    assert!(
        seen.lines()
            .any(|line| line.starts_with("soak       waiting")),
        "{seen}"
    );
    let step = portal.json(&check);
    assert_eq!(step["way"], "forward");
    let back = portal.refuses(
        5,
        &["promote", "wallet/preprod", "--to", "preprod", "--check"],
    );
    assert!(back.starts_with("towpath: "), "{back}");
    let off = portal.refuses(
        5,
        &["promote", "wallet/preprod", "--to", "stage", "--check"],
    );
    assert!(off.contains("dev, preprod, prod"), "{off}");
    assert_eq!(
        portal.json(&["promotions"])["others"],
        serde_json::json!([])
    );
}

#[test]
fn what_waits_is_seen_and_nobody_agrees_to_what_they_asked_for() {
    let portal = in_preprod();
    let asked = portal.says(&to_prod(&[]));
    assert!(
        asked.starts_with("build 1 of wallet to prod: waiting\n"),
        "{asked}"
    );
    let again = portal.types(&to_prod(&[]));
    assert_eq!(
        (again.code, again.err.as_str()),
        (0, "local had asked for this before\n")
    );
    let listed = portal.says(&["promotions"]);
    assert!(
        listed.contains("needs 1 approval from release-managers"),
        "{listed}"
    );
    let id = open(&portal);
    let one = portal.says(&["promotions", &id]);
    assert!(one.contains("asked by   local: release 5.2"), "{one}");

    let waiting = portal.types(&["waiting"]);
    assert_eq!(
        (waiting.out.as_str(), waiting.err.as_str()),
        ("", "nothing waits for you\n")
    );
    let own = portal.refuses(5, &["approve", &id]);
    assert_eq!(own.lines().count(), 1, "{own}");
    assert_eq!(
        portal
            .refuses(4, &["approve", "01JZ0000000000000000000000"])
            .lines()
            .count(),
        1
    );

    let late = portal.refuses(6, &to_prod(&["--wait", "--timeout", "1s"]));
    assert!(
        late.contains("waiting: ") && late.contains("still waiting"),
        "{late}"
    );
    let back = portal.says(&["cancel", &id, "--reason", "not today"]);
    assert!(back.contains("canceled by local: not today"), "{back}");
    let over = portal.refuses(5, &["reject", &id, "--reason", "no"]);
    assert_eq!(over.lines().count(), 1, "{over}");
}

#[test]
fn waiting_ends_with_what_became_of_it() {
    let portal = in_preprod();
    let ended = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| portal.types(&to_prod(&["--wait", "--timeout", "1min"])));
        while portal.json(&["promotions"])["others"] == serde_json::json!([]) {}
        let id = open(&portal);
        portal.says(&["cancel", &id, "--reason", "not today"]);
        waiting.join().unwrap()
    });
    assert_eq!(ended.code, 6, "{}{}", ended.out, ended.err);
    assert!(
        ended
            .err
            .ends_with("the promotion did not succeed: canceled by local: not today\n"),
        "{}",
        ended.err
    );
}

#[test]
fn breaking_the_glass_takes_a_reason_and_is_never_forgotten() {
    let portal = in_preprod();
    for wrong in [
        &["--bypass", "approvals"][..],
        &["--bypass-reason", "x"],
        &["--bypass", "coffee", "--bypass-reason", "x"],
    ] {
        portal.refuses(2, &to_prod(wrong));
    }
    let hold = portal.refuses(5, &to_prod(&["--bypass", "hold", "--bypass-reason", "x"]));
    assert_eq!(hold.lines().count(), 1, "{hold}");
    let past = [
        "--bypass",
        "approvals,soak",
        "--bypass-reason",
        "sign-in is down",
    ];
    let done = portal.says(&to_prod(&past));
    assert!(
        done.starts_with("build 1 of wallet to prod: succeeded\n"),
        "{done}"
    );
    assert!(done.contains("bypassed"), "{done}");
    let all = portal.json(&["promotions", "--app", "wallet", "--environment", "prod"]);
    let id = all["items"][0]["id"].as_str().unwrap();
    let one = portal.says(&["promotions", id]);
    assert!(
        one.contains("bypass     approvals, soak: sign-in is down"),
        "{one}"
    );
    let log = portal.says(&["audit", "list"]);
    assert!(log.contains("gates bypassed"), "{log}");
}

#[test]
fn an_environment_goes_back_and_stays_there() {
    let portal = Portal::with_a_path();
    let first = portal.builds(1_000);
    portal.says(&TO_PREPROD);
    let nothing = [
        "rollback",
        "--app",
        "wallet",
        "--environment",
        "preprod",
        "--reason",
        "it fails",
    ];
    assert_eq!(portal.refuses(4, &nothing).lines().count(), 1);
    let second = portal.builds(2_000);
    portal.says(&TO_PREPROD);
    let back = portal.says(&[&nothing[..], &["--withdraw", "--wait"]].concat());
    assert!(
        back.starts_with("build 1 of wallet back in preprod: succeeded\n"),
        "{back}"
    );
    let status = portal.says(&["status"]);
    assert!(
        status.contains("held: automatic promotion to preprod for wallet: "),
        "{status}"
    );
    assert!(
        status.contains("withdrawn: build 2 of wallet in dev: "),
        "{status}"
    );
    let there = portal.json(&["promotions", "--app", "wallet", "--environment", "preprod"]);
    assert_eq!(there["items"][0]["build"], first);
    assert_eq!(there["items"][1]["build"], second);
    let lifted = portal.says(&["lift", "preprod", "--app", "wallet", "--automatic"]);
    assert_eq!(lifted, "lifted; 0 holds in force\n");
}

#[test]
fn what_is_between_two_builds_is_seen() {
    let portal = Portal::with_a_path();
    portal.file("a.apk", 1_000);
    portal.pushes(&["a.apk", "--version", "5.1", "--commit", "aaaaaaaa"]);
    portal.says(&TO_PREPROD);
    portal.file("b.apk", 3_000);
    portal.pushes(&["b.apk", "--version", "5.2", "--commit", "bbbbbbbb"]);
    let seen = portal.says(&["compare", "wallet/preprod", "wallet/dev"]);
    let rows: Vec<Vec<&str>> = seen
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0], ["BUILD", "1", "BUILD", "2"]);
    assert!(rows.contains(&vec!["version", "5.1", "5.2"]), "{seen}");
    assert!(
        rows.contains(&vec!["commit", "aaaaaaaa", "bbbbbbbb"]),
        "{seen}"
    );
    assert!(
        rows.contains(&vec!["size", "1.0", "kB", "3.0", "kB"]),
        "{seen}"
    );
    let json = portal.json(&["compare", "wallet/preprod", "wallet/dev"]);
    assert_eq!(json["version"]["to"], "5.2");
    let same = portal.types(&["compare", "wallet/dev", "wallet/dev"]);
    assert_eq!(same.err, "both have the same bytes\n");
    portal.refuses(2, &["compare", "wallet/dev", "wallet dev"]);
    portal.refuses(4, &["compare", "wallet/dev", "wallet/prod"]);
}

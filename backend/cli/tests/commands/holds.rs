//! Stopping an environment, and taking a build back.

use crate::portal::Portal;

const TO_PREPROD: [&str; 6] = [
    "promote",
    "wallet/dev",
    "--to",
    "preprod",
    "--reason",
    "tested",
];

#[test]
fn nothing_starts_where_somebody_holds_it() {
    let portal = Portal::with_a_path();
    portal.builds(1_000);
    assert_eq!(portal.types(&["holds"]).err, "no holds\n");
    let hidden = ["hold", "preprod", "--reason", "the \x1b[2J database moves"];
    let refused = portal.refuses(5, &hidden);
    assert!(
        refused.contains("it contains U+001B") && !refused.contains('\x1b'),
        "{refused}"
    );
    let held = portal.says(&["hold", "preprod", "--reason", "the database moves"]);
    assert_eq!(
        held,
        "preprod is held for every app: nothing starts from now on\n"
    );
    let twice = portal.refuses(5, &["hold", "preprod", "--reason", "again"]);
    assert_eq!(twice.lines().count(), 1, "{twice}");
    let refused = portal.refuses(5, &TO_PREPROD);
    assert!(refused.contains("preprod"), "{refused}");
    let listed = portal.says(&["holds"]);
    assert!(
        listed.contains("every app") && listed.contains("database moves"),
        "{listed}"
    );
    let status = portal.says(&["status"]);
    assert!(
        status.contains("held: preprod for every app: the "),
        "{status}"
    );

    portal.refuses(4, &["lift", "preprod", "--app", "wallet"]);
    assert_eq!(
        portal.says(&["lift", "preprod"]),
        "lifted; 0 holds in force\n"
    );
    let done = portal.says(&[&TO_PREPROD[..], &["--wait"]].concat());
    assert!(done.contains("succeeded"), "{done}");
    portal.refuses(4, &["hold", "stage", "--reason", "x"]);
    portal.refuses(5, &["hold", "preprod", "--reason", ""]);
    portal.refuses(2, &["hold", "preprod"]);
    portal.refuses(2, &["lift", "preprod", "--automatic"]);
}

#[test]
fn one_app_is_held_alone() {
    let portal = Portal::with_a_path();
    let held = portal.says(&["hold", "prod", "--app", "wallet", "--reason", "review"]);
    assert!(held.starts_with("prod is held for wallet: "), "{held}");
    let holds = portal.json(&["holds"]);
    assert_eq!(holds["holds"][0]["hold"]["on"]["app"], "wallet");
    let left = portal.json(&["lift", "prod", "--app", "wallet", "--reason", "reviewed"]);
    assert_eq!(left["holds"], serde_json::json!([]));
}

#[test]
fn nobody_gets_a_withdrawn_build() {
    let portal = Portal::with_a_path();
    let build = portal.builds(1_000);
    let latest = ["latest", "--app", "wallet", "--environment", "dev"];
    let gone = portal.says(&["withdraw", "wallet/dev", "--reason", "loses drafts"]);
    assert!(
        gone.starts_with("build 1 of wallet is withdrawn: nobody gets it any more\n"),
        "{gone}"
    );
    assert!(gone.contains(&format!("towpath restore {build}")), "{gone}");
    let refused = portal.types(&latest);
    assert!([4, 5].contains(&refused.code), "{}", refused.err);
    let again = portal.says(&["withdraw", &build, "--reason", "again"]);
    assert!(
        again.contains("had been withdrawn before: loses drafts"),
        "{again}"
    );
    let refused = ["promote", &build, "--to", "preprod", "--reason", "tested"];
    assert!(portal.refuses(5, &refused).contains("loses drafts"));

    let restored = portal.says(&["restore", &build, "--reason", "it does not"]);
    assert_eq!(restored, "build 1 of wallet is given out again\n");
    portal.says(&latest);
    portal.refuses(5, &["restore", &build, "--reason", "twice"]);
}

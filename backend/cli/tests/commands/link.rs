//! Handing a build to someone without an account.

use std::fs;

use crate::portal::Portal;

#[test]
fn a_link_is_printed_once_listed_and_ended() {
    let portal = Portal::with_a_path();
    portal.builds(1_000);
    assert_eq!(
        portal.types(&["link", "list"]).err,
        "there are no share links\n"
    );
    let made = portal.types(&[
        "link", "make", "wallet", "dev", "--days", "7", "--uses", "1",
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let address = made.out.trim();
    assert!(
        address.contains("/share/01") && made.out.lines().count() == 1,
        "{address}"
    );
    assert!(made.err.contains("wallet/dev, 0 of 1"), "{}", made.err);
    let listed = portal.says(&["link", "list"]);
    assert!(
        listed.contains("wallet/dev") && listed.contains("live"),
        "{listed}"
    );
    assert!(!listed.contains("/share/"), "{listed}");

    let link = portal.json(&["link", "list"])["links"][0]["link"]["id"].clone();
    let revoke = ["link", "revoke", link.as_str().unwrap()];
    assert_eq!(
        portal.says(&revoke),
        "the link to wallet/dev gives nothing any more\n"
    );
    assert!(portal.says(&["link", "list"]).contains("revoked"));
    portal.refuses(4, &["link", "revoke", "01ARZ3NDEKTSV4RRFFQ69G5FAV"]);
}

#[test]
fn one_build_is_shared_with_a_password_from_a_file() {
    let portal = Portal::with_a_path();
    portal.builds(1_000);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password.txt");
    let asked = ["link", "make", "--build", "wallet/dev", "--hours", "2"];
    let with = [&asked[..], &["--password-file", file.to_str().unwrap()]].concat();
    assert!(portal.refuses(5, &with).contains("cannot be read"));
    fs::write(&file, "short\n").unwrap();
    assert!(
        portal
            .refuses(5, &with)
            .starts_with("towpath: password: A password has 8 to 200")
    );
    fs::write(&file, "eight or more\n").unwrap();
    let made = portal.json(&with);
    assert_eq!(made["link"]["what"]["number"], 1);
    assert_eq!(made["link"]["has_password"], true);
    let tight = [&asked[..], &["--per-day", "5", "--gib-per-day", "1"]].concat();
    let made = portal.json(&tight);
    assert_eq!(made["link"]["per_day"], 5);
    assert_eq!(made["link"]["bytes_per_day"], 1_u64 << 30);
    let wide = [&asked[..], &["--per-day", "201"]].concat();
    let refused = portal.refuses(5, &wide);
    assert!(refused.contains("1 to 200 downloads a day"), "{refused}");

    portal.refuses(2, &asked[..4]);
    portal.refuses(2, &["link", "make", "wallet", "--days", "7"]);
    portal.refuses(2, &["link", "make", "wallet", "dev", "--days", "31"]);
    portal.refuses(4, &["link", "make", "wallet", "moon", "--days", "7"]);
}

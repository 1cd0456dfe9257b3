//! What is kept of people, from the command line of a local portal.

use serde_json::Value;

use crate::portal::Portal;

const SOMEBODY: &str = "9f2c61f0b7d84e1a8a1f5cc05d3e0b72";

#[test]
fn a_person_is_exported_and_erased_once_somebody_is_sure() {
    let portal = Portal::start();
    portal.refuses(4, &["privacy", "export", "ada@example.com"]);
    let erase = ["privacy", "erase", SOMEBODY, "--reason", "asked for it"];
    let unsure = portal.refuses(5, &erase);
    assert!(unsure.contains("--yes"), "{unsure}");
    let log = portal.says(&["audit", "list"]);
    assert!(!log.contains("privacy"), "{log}");

    let done = portal.says(&[&erase[..], &["--yes"]].concat());
    assert!(
        done.starts_with(&format!("the name of person {SOMEBODY} is erased\n")),
        "{done}"
    );
    assert!(
        done.contains("0 sessions ended") && done.contains("what stays"),
        "{done}"
    );
    let done = portal.json(&[&erase[..], &["--yes"]].concat());
    assert_eq!(done["records"], serde_json::json!({}));

    // What was noted of it is all that is kept.
    let export = portal.says(&["privacy", "export", SOMEBODY]);
    let export: Value = serde_json::from_str(&export).unwrap();
    assert_eq!(export["person"], SOMEBODY);
    let records = export["records"].as_array().unwrap();
    assert_eq!(records.len(), 3, "{export}");
    assert!(
        records
            .iter()
            .all(|kept| kept["record"]["details"]["person"] == SOMEBODY)
    );
    portal.says(&["privacy", "export", SOMEBODY, "--output", "kept.json"]);
    let written = std::fs::read_to_string(portal.path("kept.json")).unwrap();
    assert!(serde_json::from_str::<Value>(&written).is_ok(), "{written}");
    let by_issuer = [
        "privacy",
        "export",
        "00u1",
        "--issuer",
        "https://login.example.com",
    ];
    portal.says(&by_issuer);
    portal.says(&["audit", "verify"]);
}

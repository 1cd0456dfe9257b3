//! Promotions whose target does not do it: they end, and the environment takes the next one.

use std::net::TcpListener;

use crate::portal::Portal;

const TO_PROD: [&str; 6] = [
    "promote",
    "wallet/dev",
    "--to",
    "prod",
    "--reason",
    "tested",
];

#[test]
fn a_bucket_that_is_not_there_is_said_at_once_and_holds_nothing_up() {
    let portal = Portal::with_target("{ bucket = \"no-such-bucket\" }", &[]);
    portal.builds(1_000);
    for _ in 0..2 {
        let asked = portal.refuses(6, &TO_PROD);
        assert!(
            asked.contains("the promotion did not succeed: failed: ")
                && asked.contains("NoSuchBucket"),
            "{asked}"
        );
        assert_eq!(
            portal.json(&["promotions"])["others"],
            serde_json::json!([])
        );
    }
}

#[test]
fn what_its_target_does_not_answer_is_shown_and_abandoned() {
    // Nothing listens there.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let arguments = [
        "--codepipeline-endpoint",
        &endpoint,
        "--account",
        "123456789012",
    ];
    let portal = Portal::with_target("{ codepipeline = \"wallet-prod\" }", &arguments);
    portal.builds(1_000);
    let asked = portal.says(&TO_PROD);
    assert!(asked.contains("StartPipelineExecution"), "{asked}");
    assert!(
        asked.starts_with("build 1 of wallet to prod: starting\n"),
        "{asked}"
    );
    let listed = portal.says(&["promotions"]);
    assert!(listed.contains("last tried"), "{listed}");
    let id = portal.json(&["promotions"])["others"][0]["id"].clone();
    let id = id.as_str().unwrap();
    let one = portal.types(&["promotions", id]);
    assert!(one.out.contains("last try   "), "{}", one.out);
    assert!(one.err.contains("towpath abandon"), "{}", one.err);
    let back = portal.refuses(5, &["cancel", id, "--reason", "x"]);
    assert!(back.contains("have it abandoned"), "{back}");

    let ended = portal.says(&["abandon", id, "--reason", "no pipeline there"]);
    assert!(
        ended.contains("abandoned by local: no pipeline there"),
        "{ended}"
    );
    let again = portal.refuses(5, &["abandon", id, "--reason", "x"]);
    assert_eq!(again.lines().count(), 1, "{again}");
    assert_eq!(
        portal.json(&["promotions"])["others"],
        serde_json::json!([])
    );
    let log = portal.says(&["audit", "list"]);
    assert!(log.contains("promotion abandoned"), "{log}");
}

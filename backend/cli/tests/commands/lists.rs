//! What is running, what was built, and what pipelines report.

use serde_json::{Value, json};

use crate::portal::{Portal, towpath, typed_with};

fn event(execution: &str, state: &str, second: u32) -> Value {
    json!({
        "version": "0", "id": format!("{execution}-{state}"), "source": "aws.codepipeline", "account": "123456789012",
        "region": "eu-west-1", "resources": [], "time": format!("2025-11-21T03:00:{second:02}Z"),
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "detail": {"pipeline": "wallet-dev", "execution-id": execution, "state": state, "version": 1.0},
    })
}

#[test]
fn events_that_were_sent_are_seen() {
    let portal = Portal::start();
    let delivery = json!([
        event("e-1", "STARTED", 1),
        event("e-1", "FAILED", 9),
        event("e-2", "SUCCEEDED", 5)
    ]);
    std::fs::write(portal.path("events.json"), delivery.to_string()).unwrap();
    let sent = portal.types(&["event", "send", "events.json"]);
    assert_eq!(
        (sent.code, sent.out.as_str()),
        (0, "recorded 3 events\n"),
        "{}",
        sent.err
    );
    let input = event("e-1", "FAILED", 9).to_string();
    let again = typed_with(
        towpath(portal.folder.path()).args(["--url", &portal.url, "event", "send", "-"]),
        &input,
    );
    assert_eq!(
        again.out, "recorded 1 event, 1 known before\n",
        "{}",
        again.err
    );

    let runs = portal.types(&["runs", "--app", "wallet"]).out;
    let lines: Vec<Vec<&str>> = runs
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        lines[0],
        [
            "STATUS",
            "PIPELINE",
            "ENVIRONMENT",
            "COMMIT",
            "STARTED",
            "TOOK",
            "RUN"
        ]
    );
    assert_eq!(lines[1][..3], ["succeeded", "wallet-dev", "dev"]);
    assert_eq!(lines[2][..3], ["failed", "wallet-dev", "dev"]);
    assert!(!runs.contains('\x1b'), "no colours in a pipe");
    let failed = portal.json(&["runs", "--app", "wallet", "--failed"]);
    assert_eq!(failed["items"].as_array().unwrap().len(), 1);

    let status = portal.types(&["status"]).out;
    assert!(
        status.contains("wallet  dev") && status.contains("succeeded"),
        "{status}"
    );
}

#[test]
fn a_failing_run_is_one_line_away() {
    let portal = Portal::start();
    std::fs::write(
        portal.path("event.json"),
        event("e-1", "FAILED", 1).to_string(),
    )
    .unwrap();
    assert_eq!(portal.types(&["event", "send", "event.json"]).code, 0);
    let status = portal.types(&["status"]).out;
    let address = format!(
        "failed: {}/runs/codepipeline/123456789012/eu-west-1/wallet-dev/e-1",
        portal.url
    );
    assert!(status.lines().any(|line| line == address), "{status}");
}

#[test]
fn builds_are_listed_newest_first_a_page_at_a_time() {
    let portal = Portal::start();
    let none = portal.types(&["builds", "--app", "wallet"]);
    assert_eq!((none.code, none.out.as_str()), (0, ""));
    assert!(none.err.contains("no builds yet"), "{}", none.err);
    for (name, size) in [("a.apk", 1_000), ("b.apk", 2_500_000)] {
        portal.file(name, size);
        portal.pushes(&[name]);
    }
    let builds = portal.types(&["builds", "--app", "wallet", "--limit", "1"]);
    let lines: Vec<&str> = builds.out.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("BUILD  VERSION  COMMIT  SIZE"),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("2 ") && lines[1].contains("2.5 MB"),
        "{}",
        lines[1]
    );
    let cursor = builds
        .err
        .trim()
        .strip_prefix("more: --cursor ")
        .unwrap()
        .to_owned();
    let rest = portal.json(&["builds", "--app", "wallet", "--cursor", &cursor]);
    assert_eq!(rest["items"][0]["number"], 1);
}

#[test]
fn what_is_no_event_is_refused() {
    let portal = Portal::start();
    for (content, code) in [("{", 5), ("{}", 5), ("[]", 5), ("\"x\"", 5)] {
        std::fs::write(portal.path("bad.json"), content).unwrap();
        let done = portal.types(&["event", "send", "bad.json"]);
        assert_eq!(done.code, code, "{content}: {}", done.err);
        assert_eq!(done.err.lines().count(), 1, "{}", done.err);
    }
    let other = portal.types(&["runs", "--app", "walet"]);
    assert_eq!(
        (other.code, other.err.as_str()),
        (4, "towpath: There is no app walet.\n")
    );
    let cursor = portal.types(&["builds", "--app", "wallet", "--cursor", "zz"]);
    assert_eq!(cursor.code, 5);
    assert!(cursor.err.contains("cursor: "), "{}", cursor.err);
}

//! What `CodePipeline` events say, beyond AWS's own samples.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test that cannot go on should say where, and `json!` reads best in the call"
)]

use domain::{Timestamp, event::Event, status::Status};
use serde_json::{Value, json};

fn event(kind: &str, detail: Value) -> Event {
    let mut whole = json!({
        "id": "e1",
        "source": "aws.codepipeline",
        "detail-type": format!("CodePipeline {kind} Execution State Change"),
        "account": "123456789012",
        "region": "eu-west-1",
        "time": "2026-01-02T03:04:00Z",
        "detail": {"pipeline": "wallet-dev", "execution-id": "x1", "stage": "Build", "action": "Flutter"},
    });
    for (name, value) in detail.as_object().unwrap() {
        whole["detail"][name] = value.clone();
    }
    let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let mut parsed = sources::parse(whole.to_string().as_bytes(), now).unwrap();
    assert_eq!(parsed.events.len(), 1);
    parsed.events.remove(0)
}

#[test]
fn a_run_is_named_by_account_region_pipeline_and_execution() {
    let event = event("Action", json!({"state": "STARTED"}));
    assert_eq!(event.id.as_str(), "codepipeline:e1");
    assert_eq!(
        event.run.as_str(),
        "codepipeline/123456789012/eu-west-1/wallet-dev/x1"
    );
    assert_eq!(event.step.unwrap().as_str(), "Build/Flutter");
}

#[test]
fn every_state_has_a_meaning() {
    for (state, status) in [
        ("STARTED", Status::Running),
        ("RESUMED", Status::Running),
        ("STOPPING", Status::Stopping),
        ("STOPPED", Status::Canceled),
        ("SUCCEEDED", Status::Succeeded),
        ("FAILED", Status::Failed),
        ("SUPERSEDED", Status::Superseded),
        ("CANCELED", Status::Canceled),
        ("ABANDONED", Status::Canceled),
        ("SKIPPED", Status::Skipped),
    ] {
        let event = event("Pipeline", json!({"state": state}));
        assert_eq!(event.status, status, "{state}");
        assert_eq!(event.raw_status, state);
    }
}

#[test]
fn an_approval_that_has_started_waits() {
    let event = event(
        "Action",
        json!({"state": "STARTED", "type": {"category": "Approval"}}),
    );
    assert_eq!(event.status, Status::Waiting);
}

#[test]
fn the_try_counts_from_one_however_it_is_written() {
    for (written, attempt) in [
        (json!(1), 1),
        (json!(2.0), 2),
        (json!("3"), 3),
        (json!(0.0), 1),
        (json!(null), 1),
        (json!(-4), 1),
        (json!(1e300), 1),
        (json!("many"), 1),
        (json!(99_999), 99_999),
    ] {
        let event = event(
            "Stage",
            json!({"state": "STARTED", "pipeline-execution-attempt": written}),
        );
        assert_eq!(event.attempt, attempt, "{written}");
    }
}

#[test]
fn a_git_branch_trigger_names_the_revision() {
    let event = event(
        "Pipeline",
        json!({"state": "STARTED", "execution-trigger": {
            "provider-type": "GitHub",
            "author-display-name": "Mary Major",
            "author-email": "mary@example.com",
            "branch-name": "main",
            "commit-id": "1b2c3d4",
            "commit-message": "Fix the camera\n\nIt was upside down.",
            "full-repository-name": "mmajor/wallet",
        }}),
    );
    let revision = event.facts.revision.unwrap();
    assert_eq!(revision.commit, "1b2c3d4");
    assert_eq!(revision.message.as_deref(), Some("Fix the camera"));
    assert_eq!(revision.branch.as_deref(), Some("main"));
    assert_eq!(revision.repository.as_deref(), Some("mmajor/wallet"));
    let trigger = event.facts.trigger.unwrap();
    assert_eq!(
        (trigger.kind.as_str(), trigger.by.as_deref()),
        ("GitHub", Some("Mary Major"))
    );
}

#[test]
fn a_source_action_through_a_connection_wraps_the_message_in_json() {
    let event = event(
        "Action",
        json!({
            "state": "SUCCEEDED",
            "type": {"category": "Source", "provider": "CodeStarSourceConnection"},
            "execution-result": {
                "external-execution-id": "1b2c3d4",
                "external-execution-summary": "{\"ProviderType\":\"GitHub\",\"CommitMessage\":\"Fix the camera\"}",
                "external-execution-url": "https://eu-west-1.console.aws.amazon.com/codesuite/settings/connections/redirect?x=1",
            },
        }),
    );
    let revision = event.facts.revision.unwrap();
    assert_eq!(revision.commit, "1b2c3d4");
    assert_eq!(revision.message.as_deref(), Some("Fix the camera"));
    assert!(revision.url.is_some());
    assert_eq!(
        event.facts.detail.unwrap().summary.as_deref(),
        Some("Fix the camera")
    );
}

#[test]
fn a_build_action_names_no_revision() {
    let event = event(
        "Action",
        json!({
            "state": "SUCCEEDED",
            "type": {"category": "Build", "provider": "CodeBuild"},
            "execution-result": {"external-execution-id": "flutter:u1"},
        }),
    );
    assert_eq!(event.facts.revision, None);
    assert_eq!(
        event.facts.detail.unwrap().external_id.as_deref(),
        Some("flutter:u1")
    );
}

#[test]
fn a_link_that_is_not_of_the_web_is_left_out() {
    for url in [
        "javascript:alert(1)",
        "https://a b",
        "file:///etc/passwd",
        "//x",
    ] {
        let event = event(
            "Action",
            json!({
                "state": "FAILED",
                "execution-result": {"external-execution-url": url, "error-code": "JobFailed"},
            }),
        );
        assert_eq!(event.facts.detail.unwrap().url, None, "{url}");
    }
}

#[test]
fn a_long_summary_is_cut() {
    let event = event(
        "Action",
        json!({
            "state": "FAILED",
            "execution-result": {"external-execution-summary": "é\u{7}".repeat(4000)},
        }),
    );
    let summary = event.facts.detail.unwrap().summary.unwrap();
    assert_eq!(summary.chars().count(), 500);
    assert!(summary.ends_with('…') && !summary.chars().any(char::is_control));
}

#[test]
fn fields_of_another_type_than_ever_before_are_as_good_as_absent() {
    let event = event(
        "Action",
        json!({
            "state": "FAILED",
            "type": ["Build"],
            "execution-result": "failed",
            "execution-trigger": 7,
            "start-time": 1_700_000_000,
            "pipeline-execution-attempt": {},
            "never-seen": {"before": []},
        }),
    );
    assert_eq!(event.status, Status::Failed);
    assert_eq!(event.facts, domain::event::Facts::default());
}

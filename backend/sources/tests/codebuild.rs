//! What `CodeBuild` events say, beyond AWS's own samples.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test that cannot go on should say where, and `json!` reads best in the call"
)]

use domain::{Timestamp, status::Status};
use serde_json::{Value, json};
use sources::{Ignored, Parsed};

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn build(kind: &str, detail: Value) -> Value {
    let mut whole = json!({
        "id": "e1",
        "source": "aws.codebuild",
        "detail-type": format!("CodeBuild Build {kind} Change"),
        "account": "123456789012",
        "region": "eu-west-1",
        "time": "2026-01-02T03:04:00Z",
        "detail": {
            "project-name": "flutter",
            "build-id": "arn:aws:codebuild:eu-west-1:123456789012:build/flutter:u1",
        },
    });
    for (name, value) in detail.as_object().unwrap() {
        whole["detail"][name] = value.clone();
    }
    whole
}

fn parse(event: &Value) -> Parsed {
    sources::parse(event.to_string().as_bytes(), now()).unwrap()
}

fn phase(name: &str, start: &str, end: Option<(&str, &str)>) -> Value {
    let mut phase = json!({
        "phase-type": name,
        "start-time": format!("Jan 2, 2026 3:{start} AM"),
        "phase-context": [": "],
    });
    if let Some((end, status)) = end {
        phase["end-time"] = json!(format!("Jan 2, 2026 3:{end} AM"));
        phase["phase-status"] = json!(status);
    }
    phase
}

#[test]
fn a_build_for_a_pipeline_names_it_in_every_event() {
    let parsed = parse(&build(
        "State",
        json!({"build-status": "IN_PROGRESS", "additional-information": {
            "initiator": "codepipeline/wallet-dev",
            "phases": [phase("SUBMITTED", "01:00", Some(("01:01", "SUCCEEDED"))), phase("QUEUED", "01:01", None)],
        }}),
    ));
    assert_eq!(parsed.events.len(), 3);
    for event in &parsed.events {
        assert_eq!(
            event.run.as_str(),
            "codebuild/123456789012/eu-west-1/flutter/u1"
        );
        assert_eq!(
            event.facts.parent.as_deref(),
            Some("codepipeline/wallet-dev")
        );
        assert_eq!(
            event.facts.detail.as_ref().unwrap().external_id.as_deref(),
            Some("flutter:u1")
        );
    }
    let statuses: Vec<Status> = parsed.events.iter().map(|event| event.status).collect();
    assert_eq!(
        statuses,
        [Status::Running, Status::Succeeded, Status::Running]
    );
}

#[test]
fn a_phase_change_tells_of_the_phase_that_ended_and_the_one_that_began() {
    let parsed = parse(&build(
        "Phase",
        json!({
            "completed-phase": "INSTALL",
            "completed-phase-status": "SUCCEEDED",
            "completed-phase-start": "Jan 2, 2026 3:01:01 AM",
            "completed-phase-end": "Jan 2, 2026 3:02:00 AM",
            "additional-information": {"phases": [
                phase("SUBMITTED", "01:00", Some(("01:01", "SUCCEEDED"))),
                phase("INSTALL", "01:01", Some(("02:00", "SUCCEEDED"))),
                phase("PRE_BUILD", "02:00", None),
            ]},
        }),
    ));
    let told: Vec<(&str, Status)> = parsed
        .events
        .iter()
        .map(|event| (event.step.as_ref().unwrap().as_str(), event.status))
        .collect();
    assert_eq!(
        told,
        [
            ("INSTALL", Status::Succeeded),
            ("PRE_BUILD", Status::Running)
        ]
    );
    let install = &parsed.events[0];
    assert_eq!(install.occurred_at.to_string(), "2026-01-02T03:02:00Z");
    assert_eq!(
        install.facts.started_at.unwrap().to_string(),
        "2026-01-02T03:01:01Z"
    );
}

#[test]
fn a_phase_is_the_same_event_through_whichever_it_is_told() {
    let phases = json!([phase("INSTALL", "01:01", Some(("02:00", "FAILED")))]);
    let change = parse(&build(
        "Phase",
        json!({
            "completed-phase": "INSTALL",
            "completed-phase-status": "FAILED",
            "completed-phase-start": "Jan 2, 2026 3:01:01 AM",
            "completed-phase-end": "Jan 2, 2026 3:02:00 AM",
            "additional-information": {"phases": phases},
        }),
    ));
    let end = parse(&build(
        "State",
        json!({
            "build-status": "FAILED",
            "additional-information": {"phases": phases},
        }),
    ));
    assert_eq!(change.events[0], end.events[1]);
    assert_eq!(
        change.events[0].id.as_str(),
        "codebuild:123456789012/eu-west-1/flutter/u1/INSTALL/FAILED"
    );
}

#[test]
fn a_phase_change_without_the_list_of_phases_suffices() {
    let parsed = parse(&build(
        "Phase",
        json!({
            "completed-phase": "BUILD",
            "completed-phase-status": "FAILED",
            "completed-phase-context": "[COMMAND_EXECUTION_ERROR: Error while executing command: make. Reason: exit status 2]",
            "completed-phase-start": "Jan 2, 2026 3:01:01 AM",
            "completed-phase-end": "Jan 2, 2026 3:02:00 AM",
        }),
    ));
    let detail = parsed.events[0].facts.detail.as_ref().unwrap();
    assert_eq!(
        detail.error_code.as_deref(),
        Some("COMMAND_EXECUTION_ERROR")
    );
    assert!(detail.summary.as_ref().unwrap().ends_with("exit status 2"));
}

#[test]
fn the_change_to_the_end_is_no_phase() {
    let parsed = parse(&build(
        "Phase",
        json!({
            "completed-phase": "COMPLETED",
            "completed-phase-status": "SUCCEEDED",
        }),
    ));
    assert_eq!(parsed.ignored, Some(Ignored::EndOfPhases));
}

#[test]
fn an_ended_build_has_no_phase_at_work() {
    let parsed = parse(&build(
        "State",
        json!({"build-status": "STOPPED", "additional-information": {"phases": [
            phase("BUILD", "01:00", None),
            phase("COMPLETED", "01:00", None),
        ]}}),
    ));
    assert_eq!(parsed.events.len(), 1);
    assert_eq!(parsed.events[0].status, Status::Canceled);
}

#[test]
fn only_a_commit_is_a_revision() {
    let revision =
        |version: &str| {
            parse(&build("State", json!({"build-status": "SUCCEEDED", "additional-information": {
            "source-version": version,
            "source": {"type": "GITHUB", "location": "https://github.com/mmajor/wallet.git"},
        }})))
        .events
        .remove(0)
        .facts
        .revision
        };
    let commit = "8cf40f2a8cf40f2a8cf40f2a8cf40f2a8cf40f2a";
    assert_eq!(revision(commit).unwrap().commit, commit);
    assert_eq!(
        revision(commit).unwrap().repository.as_deref(),
        Some("mmajor/wallet")
    );
    let both = revision(&format!("refs/heads/main^{{{commit}}}")).unwrap();
    assert_eq!(
        (both.commit.as_str(), both.branch.as_deref()),
        (commit, Some("main"))
    );
    for version in ["main", "pr/12", "arn:aws:s3:::bucket/key", "feature"] {
        assert_eq!(revision(version), None, "{version}");
    }
}

#[test]
fn every_state_has_a_meaning() {
    for (word, status) in [
        ("IN_PROGRESS", Status::Running),
        ("SUCCEEDED", Status::Succeeded),
        ("FAILED", Status::Failed),
        ("FAULT", Status::Error),
        ("TIMED_OUT", Status::Error),
        ("STOPPED", Status::Canceled),
        ("LEVITATING", Status::Unknown),
    ] {
        let parsed = parse(&build("State", json!({"build-status": word})));
        assert_eq!(parsed.events[0].status, status);
        assert_eq!(parsed.events[0].raw_status, word);
    }
}

//! Bodies that are no events, and the answers that say what is wrong with them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::error::Error as _;

use domain::{Timestamp, source::GITHUB, status::Status};
use serde_json::{Value, json};
use sources::{Error, Ignored, Parsed};

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn event() -> Value {
    json!({
        "id": "e1",
        "source": "aws.codepipeline",
        "detail-type": "CodePipeline Action Execution State Change",
        "account": "123456789012",
        "region": "eu-west-1",
        "time": "2026-01-02T03:04:00Z",
        "detail": {
            "pipeline": "wallet-dev",
            "execution-id": "x1",
            "stage": "Build",
            "action": "Flutter",
            "state": "STARTED",
        },
    })
}

fn parse(event: &Value) -> Result<Parsed, Error> {
    sources::parse(event.to_string().as_bytes(), now())
}

fn refusal(event: &Value) -> String {
    parse(event).unwrap_err().to_string()
}

/// The event with the value at `pointer` replaced.
fn with(pointer: &str, value: impl Into<Value>) -> Value {
    let mut event = event();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap()[name] = value.into();
    event
}

#[test]
fn an_event_that_says_something_twice_is_refused_wherever_it_is() {
    let whole = event().to_string();
    let twice = [
        whole.replacen(r#""source":"#, r#""source":"aws.codebuild","source":"#, 1),
        whole.replacen(r#""pipeline":"#, r#""pipeline":"shop-dev","pipeline":"#, 1),
    ];
    for body in twice {
        assert!(sources::parse(whole.as_bytes(), now()).is_ok());
        let wrapped = json!({"Type": "Notification", "Message": body}).to_string();
        for body in [body, wrapped] {
            let error = sources::parse(body.as_bytes(), now()).unwrap_err();
            let place = error.source().unwrap().to_string();
            assert!(place.contains("is there twice"), "{body}: {place}");
        }
    }
    let delivery = sources::Delivery {
        host: "github.com",
        owner: Some("acme"),
        repositories: None,
        kind: "workflow_run",
        id: None,
        body:
            br#"{"repository":{"full_name":"acme/wallet"},"repository":{"full_name":"eve/wallet"}}"#,
    };
    let github = sources::WEBHOOKS.iter().find(|it| it.source == GITHUB);
    let error = github.unwrap().parse(&delivery, now()).unwrap_err();
    let place = error.source().unwrap().to_string();
    assert!(place.contains("is there twice"), "{place}");
}

#[test]
fn what_is_not_json_is_refused_with_the_place() {
    for body in [&b""[..], b"hello", b"{\"source\":", b"\xff\xfe", b"{}{}"] {
        let error = sources::parse(body, now()).unwrap_err();
        assert_eq!(error.to_string(), "the event is not JSON");
        assert!(error.source().unwrap().to_string().contains("line"));
    }
}

#[test]
fn json_that_is_no_object_is_refused() {
    assert_eq!(
        refusal(&json!([1])),
        "the event is a list, not a JSON object"
    );
    assert_eq!(
        refusal(&json!("x")),
        "the event is a text, not a JSON object"
    );
    assert_eq!(
        refusal(&json!(null)),
        "the event is null, not a JSON object"
    );
}

#[test]
fn nesting_without_end_is_refused_and_does_not_overflow_the_stack() {
    let body = "[".repeat(200_000);
    assert!(matches!(
        sources::parse(body.as_bytes(), now()),
        Err(Error::NotJson(_))
    ));
}

#[test]
fn a_missing_field_is_named_by_its_path() {
    for pointer in [
        "/source",
        "/detail-type",
        "/account",
        "/region",
        "/time",
        "/detail",
        "/detail/pipeline",
        "/detail/execution-id",
        "/detail/stage",
        "/detail/action",
        "/detail/state",
    ] {
        let field = pointer.trim_start_matches('/').replace('/', ".");
        assert_eq!(
            refusal(&with(pointer, Value::Null)),
            format!("the event has no `{field}`")
        );
    }
}

#[test]
fn a_build_without_its_fields_is_refused() {
    let mut build = json!({
        "id": "e1",
        "source": "aws.codebuild",
        "detail-type": "CodeBuild Build State Change",
        "account": "123456789012",
        "region": "eu-west-1",
        "time": "2026-01-02T03:04:00Z",
        "detail": {"project-name": "flutter", "build-id": "nonsense", "build-status": "SUCCEEDED"},
    });
    assert_eq!(
        refusal(&build),
        "the event's `detail.build-id` is \"nonsense\", not a build's ARN, ending in <project>:<identifier>"
    );
    build["detail"]["build-id"] = json!("arn:aws:codebuild:eu-west-1:1:build/flutter:u1");
    assert_eq!(parse(&build).unwrap().events.len(), 1);
    build["detail"]["build-status"] = json!(7);
    assert_eq!(refusal(&build), "the event has no `detail.build-status`");
}

#[test]
fn more_than_eventbridge_carries_is_refused_before_it_is_read() {
    let mut large = event();
    large["detail"]["padding"] = json!("x".repeat(300_000));
    let message = refusal(&large);
    assert!(message.contains("262144 are accepted"), "{message}");
    assert!(message.starts_with("the event has 300"), "{message}");
    large["detail"]["padding"] = json!("x".repeat(255_000));
    assert_eq!(parse(&large).unwrap().events.len(), 1);
}

#[test]
fn an_unknown_system_is_refused_with_the_known_ones() {
    assert_eq!(
        refusal(&with("/source", "aws.ec2")),
        "no source reports as \"aws.ec2\"; known are aws.codebuild, aws.codepipeline"
    );
}

#[test]
fn images_and_packages_are_ignored_with_the_reason_and_not_refused() {
    for (system, kind) in [
        ("aws.ecr", "ECR Image Action"),
        (
            "aws.codeartifact",
            "CodeArtifact Package Version State Change",
        ),
    ] {
        let mut event = with("/source", system);
        event["detail-type"] = kind.into();
        let parsed = parse(&event).unwrap();
        assert_eq!(parsed.events, []);
        assert_eq!(parsed.ignored, Some(Ignored::System(system)));
        assert_eq!(
            Ignored::System(system).to_string(),
            format!("events of {system} are not recorded")
        );
    }
}

#[test]
fn an_unknown_kind_of_event_of_a_known_system_is_ignored_with_the_reason() {
    let kind = "CodePipeline Weather Change";
    let parsed = parse(&with("/detail-type", kind)).unwrap();
    assert_eq!(parsed.events, []);
    assert_eq!(parsed.ignored, Some(Ignored::DetailType(kind.to_owned())));
}

#[test]
fn an_unknown_state_is_kept_in_the_systems_own_word() {
    let parsed = parse(&with("/detail/state", "LEVITATING")).unwrap();
    assert_eq!(parsed.events[0].status, Status::Unknown);
    assert_eq!(parsed.events[0].raw_status, "LEVITATING");
}

#[test]
fn a_time_that_is_none_is_refused() {
    let message = refusal(&with("/time", "yesterday"));
    assert!(
        message.starts_with("the event's `time` is \"yesterday\""),
        "{message}"
    );
}

#[test]
fn a_time_finer_than_nanoseconds_is_recorded_to_the_nanosecond() {
    let parsed = parse(&with("/time", "2026-01-02T03:04:00.123456789999Z")).unwrap();
    assert_eq!(
        parsed.events[0].occurred_at.to_string(),
        "2026-01-02T03:04:00.123456789Z"
    );
}

#[test]
fn the_year_1015_is_recorded_and_orders_before_everything() {
    let parsed = parse(&with("/time", "1015-01-01T00:00:00Z")).unwrap();
    assert_eq!(
        parsed.events[0].occurred_at.to_string(),
        "1015-01-01T00:00:00Z"
    );
    assert_eq!(parsed.events[0].ordinal, 0);
}

#[test]
fn tomorrow_is_believed_and_the_day_after_is_not() {
    let tomorrow = parse(&with("/time", "2026-01-03T03:04:00Z")).unwrap();
    assert_eq!(
        tomorrow.events[0].ordinal,
        u64::try_from(tomorrow.events[0].occurred_at.as_millisecond()).unwrap()
    );
    let later = parse(&with("/time", "2999-01-01T00:00:00Z")).unwrap();
    let believed = tomorrow.events[0].ordinal;
    assert!(later.events[0].ordinal < believed / 2);
    assert_eq!(
        later.events[0].occurred_at.to_string(),
        "2999-01-01T00:00:00Z"
    );
}

#[test]
fn a_name_cannot_reach_into_another_runs_identity() {
    for name in ["a/b", "..", "a b", "wállet", "a#b", "a\u{0}b"] {
        for pointer in [
            "/detail/pipeline",
            "/detail/execution-id",
            "/account",
            "/region",
        ] {
            assert!(
                matches!(parse(&with(pointer, name)), Err(Error::Invalid { .. })),
                "{pointer} {name:?}"
            );
        }
    }
}

#[test]
fn an_identifier_that_cannot_be_one_is_refused() {
    let message = refusal(&with("/id", "x".repeat(600)));
    assert!(message.starts_with("the event's `id` is"), "{message}");
    assert!(message.len() < 200, "{message}");
}

#[test]
fn an_sns_message_that_holds_no_event_is_refused() {
    let message = json!({"Type": "Notification", "Message": "Hello"});
    assert_eq!(refusal(&message), "the event is not JSON");
}

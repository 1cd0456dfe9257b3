//! What deliveries of GitHub become, beyond what its samples show.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use domain::{Timestamp, event::Event, source::GITHUB, status::Status};
use proptest::prelude::*;
use serde_json::{Value, json};
use sources::{Delivery, Ignored, MAX_DELIVERY_BYTES, Parsed, WEBHOOKS};

const GUID: &str = "72d3162e-cc78-11e3-81ab-4c9367dc0958";

fn received_at() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn delivery<'a>(kind: &'a str, body: &'a [u8]) -> Delivery<'a> {
    Delivery {
        host: "github.com",
        owner: None,
        repositories: None,
        kind,
        id: Some(GUID),
        body,
    }
}

fn parse(delivery: &Delivery<'_>, received_at: Timestamp) -> Result<Parsed, sources::Error> {
    let github = WEBHOOKS.iter().find(|webhook| webhook.source == GITHUB);
    github.unwrap().parse(delivery, received_at)
}

fn read(kind: &str, body: &Value) -> Result<Parsed, sources::Error> {
    parse(&delivery(kind, body.to_string().as_bytes()), received_at())
}

fn event(kind: &str, body: &Value) -> Event {
    read(kind, body).unwrap().events.remove(0)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/github/samples")
}

fn sample(name: &str) -> Value {
    let body = fs::read(folder().join(format!("{name}.json"))).unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// Type and body of each.
fn samples() -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some(OsStr::new("json")))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let kind = name.split('-').next().unwrap().to_owned();
            (kind, fs::read(path).unwrap())
        })
        .collect()
}

#[test]
fn the_state_is_read_from_status_and_conclusion_whatever_the_action_says() {
    let told = [
        ("requested", None, Status::Queued),
        ("queued", None, Status::Queued),
        ("pending", None, Status::Queued),
        ("waiting", None, Status::Waiting),
        ("in_progress", None, Status::Running),
        ("completed", Some("success"), Status::Succeeded),
        ("completed", Some("neutral"), Status::Succeeded),
        ("completed", Some("failure"), Status::Failed),
        ("completed", Some("cancelled"), Status::Canceled),
        ("completed", Some("stale"), Status::Canceled),
        ("completed", Some("skipped"), Status::Skipped),
        ("completed", Some("timed_out"), Status::Error),
        ("completed", Some("startup_failure"), Status::Error),
        ("completed", Some("action_required"), Status::Waiting),
        ("completed", None, Status::Unknown),
        ("completed", Some("a new word"), Status::Unknown),
        ("a new word", None, Status::Unknown),
    ];
    for (status, conclusion, expected) in told {
        let mut body = sample("workflow_run-requested");
        body["workflow_run"]["status"] = json!(status);
        body["workflow_run"]["conclusion"] = json!(conclusion);
        let event = event("workflow_run", &body);
        assert_eq!(event.status, expected, "{status} {conclusion:?}");
        assert_eq!(event.raw_status, conclusion.unwrap_or(status));
    }
}

#[test]
fn a_run_that_is_run_again_is_the_same_run_at_its_next_attempt() {
    let first = event("workflow_run", &sample("workflow_run-completed"));
    let mut body = sample("workflow_run-completed");
    body["workflow_run"]["run_attempt"] = json!(2);
    let again = event("workflow_run", &body);
    assert_eq!(again.run, first.run);
    assert_eq!((first.attempt, again.attempt), (1, 2));
    for nonsense in [json!(0), json!(-1), json!(100_000), json!("2"), json!(null)] {
        body["workflow_run"]["run_attempt"] = nonsense;
        assert_eq!(event("workflow_run", &body).attempt, 1);
    }
}

#[test]
fn a_run_stays_the_same_when_its_repository_is_renamed_and_is_another_on_another_host() {
    let body = sample("workflow_run-completed");
    let run = event("workflow_run", &body).run;
    assert_eq!(run.as_str(), "github/github.com/300029405/289782451");
    let mut renamed = body.clone();
    renamed["repository"]["full_name"] = json!("octo-org/another-name");
    assert_eq!(event("workflow_run", &renamed).run, run);
    let text = body.to_string();
    let elsewhere = Delivery {
        host: "github.example.com",
        ..delivery("workflow_run", text.as_bytes())
    };
    let elsewhere = parse(&elsewhere, received_at()).unwrap();
    assert_ne!(elsewhere.events[0].run, run);
}

#[test]
fn a_workflow_is_known_by_its_file_and_never_by_its_name() {
    let files = [
        (
            ".github/workflows/release.yml",
            "octo-org/octo-repo/release.yml",
        ),
        (
            ".github/workflows/release.yml@refs/heads/main",
            "octo-org/octo-repo/release.yml",
        ),
        (
            "dynamic/pages/pages-build-deployment",
            "octo-org/octo-repo/dynamic/pages/pages-build-deployment",
        ),
    ];
    for (path, pipeline) in files {
        let mut body = sample("workflow_run-completed");
        body["workflow_run"]["path"] = json!(path);
        body["workflow_run"]["name"] = json!("The title of a pull request");
        assert_eq!(event("workflow_run", &body).pipeline.name, pipeline);
    }
}

#[test]
fn a_job_that_waits_is_ordered_by_the_time_of_its_deployment() {
    let mut body = sample("workflow_job-queued-with-deployment");
    let waiting = event("workflow_job", &body);
    assert_eq!(waiting.status, Status::Waiting);
    assert_eq!(waiting.occurred_at.to_string(), "2023-04-19T21:12:14Z");
    let detail = waiting.facts.detail.clone().unwrap();
    assert_eq!(
        detail.summary.as_deref(),
        Some("waits for the environment Test")
    );
    body["workflow_job"]["status"] = json!("queued");
    body["deployment"]["updated_at"] = json!("2023-04-19T21:13:00Z");
    let allowed = event("workflow_job", &body);
    assert!(allowed.ordinal > waiting.ordinal);
}

#[test]
fn times_finer_than_nanoseconds_are_read() {
    let mut body = sample("workflow_run-completed");
    body["workflow_run"]["updated_at"] = json!("2023-04-19T21:13:00.123456789012Z");
    body["workflow_run"]["run_started_at"] = json!("2023-04-19T21:12:00.123456789012Z");
    let event = event("workflow_run", &body);
    assert_eq!(
        event.occurred_at.to_string(),
        "2023-04-19T21:13:00.123456789Z"
    );
    let started = event.facts.started_at.unwrap();
    assert_eq!(started.to_string(), "2023-04-19T21:12:00.123456789Z");
}

#[test]
fn a_failed_job_says_which_of_its_steps_failed() {
    let event = event("workflow_job", &sample("workflow_job-completed-failure"));
    let detail = event.facts.detail.unwrap();
    assert_eq!(
        detail.summary.as_deref(),
        Some("Run yarn run format-check: failure")
    );
    assert_eq!(detail.external_id.as_deref(), Some("289782451"));
}

#[test]
fn a_job_of_a_called_workflow_is_an_action_of_the_stage_that_calls_it() {
    let mut body = sample("workflow_job-completed-success");
    body["workflow_job"]["name"] = json!("release / sign (arm64)");
    let step = event("workflow_job", &body).step.unwrap();
    assert_eq!(step.as_str(), "release/sign (arm64)");
}

#[test]
fn a_job_and_its_run_belong_together() {
    let mut job = sample("workflow_job-completed-success");
    let run = sample("workflow_run-completed");
    job["workflow_job"]["run_id"] = run["workflow_run"]["id"].clone();
    job["repository"] = run["repository"].clone();
    let (job, run) = (event("workflow_job", &job), event("workflow_run", &run));
    assert_eq!(job.run, run.run);
    assert!(job.step.is_some() && run.step.is_none());
}

#[test]
fn a_second_delivery_of_the_same_fact_is_the_same_event() {
    let body = sample("workflow_run-completed").to_string();
    let with_id = |id| {
        let delivery = Delivery {
            id,
            ..delivery("workflow_run", body.as_bytes())
        };
        parse(&delivery, received_at()).unwrap().events.remove(0).id
    };
    assert_eq!(with_id(Some(GUID)).as_str(), format!("github:{GUID}"));
    assert_eq!(with_id(None), with_id(None));
    // What is no identifier is none: it must not choose where a payload is kept.
    assert_eq!(with_id(Some("../../etc/passwd")), with_id(None));
    assert_eq!(with_id(Some(&"1".repeat(101))), with_id(None));
}

#[test]
fn an_endpoint_of_one_owner_hears_of_no_other() {
    let body = sample("workflow_run-completed").to_string();
    let of = |owner| {
        let delivery = Delivery {
            owner: Some(owner),
            ..delivery("workflow_run", body.as_bytes())
        };
        parse(&delivery, received_at()).unwrap()
    };
    assert_eq!(of("Octo-Org").events.len(), 1);
    let elsewhere = of("acme");
    assert_eq!(elsewhere.events, []);
    assert_eq!(
        elsewhere.ignored,
        Some(Ignored::Repository("octo-org/octo-repo".to_owned()))
    );
}

#[test]
fn an_endpoint_of_some_repositories_hears_of_no_other() {
    let delivered = |body: &Value, name: &str, id: u64| {
        let repositories = BTreeMap::from([("wallet".to_owned(), 7), (name.to_owned(), id)]);
        let body = body.to_string();
        let delivery = Delivery {
            owner: Some("octo-org"),
            repositories: Some(&repositories),
            ..delivery("workflow_run", body.as_bytes())
        };
        parse(&delivery, received_at()).unwrap()
    };
    let body = sample("workflow_run-completed");
    assert_eq!(delivered(&body, "Octo-Repo", 300_029_405).events.len(), 1);
    // Another name, another number, and either of them beside what is another's.
    for (name, id) in [
        ("octo", 300_029_405),
        ("octo-repo", 300_029_406),
        ("wallet", 300_029_405),
    ] {
        let elsewhere = delivered(&body, name, id);
        assert_eq!(elsewhere.events, [], "{name} {id}");
        let ignored = Some(Ignored::Repository("octo-org/octo-repo".to_owned()));
        assert_eq!(elsewhere.ignored, ignored);
    }
    let mut forged = body;
    forged["repository"]["full_name"] = json!("eve/octo-repo");
    assert_eq!(delivered(&forged, "octo-repo", 300_029_405).events, []);
}

#[test]
fn what_is_not_recorded_is_not_even_read() {
    for kind in ["ping", "push", "check_run", "a type of next year"] {
        let parsed = parse(&delivery(kind, b"not JSON"), received_at()).unwrap();
        assert_eq!(parsed.events, []);
        assert!(parsed.ignored.unwrap().to_string().len() > 10);
    }
}

#[test]
fn a_delivery_that_lacks_what_matters_names_it() {
    let lacking = [
        ("workflow_run", "/workflow_run", "workflow_run"),
        ("workflow_run", "/workflow_run/id", "workflow_run.id"),
        (
            "workflow_run",
            "/workflow_run/status",
            "workflow_run.status",
        ),
        (
            "workflow_run",
            "/workflow_run/updated_at",
            "workflow_run.updated_at",
        ),
        ("workflow_run", "/repository", "repository"),
        ("workflow_run", "/repository/id", "repository.id"),
        (
            "workflow_run",
            "/repository/full_name",
            "repository.full_name",
        ),
        ("workflow_job", "/workflow_job", "workflow_job"),
        (
            "workflow_job",
            "/workflow_job/run_id",
            "workflow_job.run_id",
        ),
        ("workflow_job", "/workflow_job/name", "workflow_job.name"),
    ];
    for (kind, place, field) in lacking {
        let mut body = sample(&format!(
            "{kind}-completed{}",
            if kind == "workflow_job" {
                "-success"
            } else {
                ""
            }
        ));
        *body.pointer_mut(place).unwrap() = Value::Null;
        let error = read(kind, &body).unwrap_err().to_string();
        assert_eq!(error, format!("the event has no `{field}`"));
    }
    let body = sample("workflow_job-queued");
    let error = read("workflow_run", &body).unwrap_err().to_string();
    assert_eq!(error, "the event has no `workflow_run`");
}

#[test]
fn a_repository_cannot_be_named_into_anothers_place() {
    for name in ["octo-org", "a/b/c", "../x", "a/..", "a b/c", "/", "a/b#c"] {
        let mut body = sample("workflow_run-completed");
        body["repository"]["full_name"] = json!(name);
        let error = read("workflow_run", &body).unwrap_err().to_string();
        assert!(error.contains("repository.full_name"), "{error}");
    }
}

#[test]
fn a_delivery_that_no_function_could_be_called_with_is_too_large() {
    let body = vec![b' '; MAX_DELIVERY_BYTES + 1];
    let error = parse(&delivery("workflow_run", &body), received_at()).unwrap_err();
    assert!(matches!(error, sources::Error::TooLarge { .. }));
}

/// Values that a field should not have.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("9999-12-31T23:59:59Z")),
        Just(json!("completed")),
        Just(json!([[], {}, null, "x"])),
        Just(json!("/".repeat(300))),
        Just(json!("\u{1F6A2}".repeat(10_000))),
    ]
}

/// Every place in a document, in order.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => (0..).map(|n: usize| n.to_string()).zip(items).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inner {
        places(value, &format!("{at}/{name}"), found);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_at_any_place_ends_in_an_answer(
        sample in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), odd_value()), 1..4),
    ) {
        let all: Vec<_> = samples().into_iter().filter(|(kind, _)| kind.starts_with("workflow_")).collect();
        let (kind, body) = &all[sample.index(all.len())];
        let mut value: Value = serde_json::from_slice(body).unwrap();
        for (place, odd) in changes {
            let mut found = Vec::new();
            places(&value, "", &mut found);
            *value.pointer_mut(&found[place.index(found.len())]).unwrap() = odd;
        }
        if let Ok(parsed) = read(kind, &value) {
            prop_assert!(parsed.events.is_empty() == parsed.ignored.is_some());
            for event in parsed.events {
                prop_assert!((1..100_000).contains(&event.attempt));
                let stored = serde_json::to_string(&event).unwrap();
                prop_assert_eq!(serde_json::from_str::<Event>(&stored).unwrap(), event);
            }
        }
    }
}

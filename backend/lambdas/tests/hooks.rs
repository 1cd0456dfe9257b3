//! The function `hooks`, as API Gateway calls it: GitHub's deliveries, signed and not.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use domain::{id::RunId, status::Status};
use ring::hmac;
use serde_json::{Value, json};
use store::table::RunRecord;
use testkit::{
    functions::{Functions, request},
    lambda::Lambda,
};

const HOOKS: &str = "hooks";
const SECRET: &str = "the secret that endpoint and GitHub share";
const NEXT: &str = "the secret that comes after it";
const GUID: &str = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
const RUN: &str = "github/github.com/300029405/289782451";

const RUN_REQUESTED: &str =
    include_str!("../../sources/src/github/samples/workflow_run-requested.json");
const RUN_COMPLETED: &str =
    include_str!("../../sources/src/github/samples/workflow_run-completed.json");
const JOB_COMPLETED: &str =
    include_str!("../../sources/src/github/samples/workflow_job-completed-failure.json");
const PING: &str = include_str!("../../sources/src/github/samples/ping.json");

const CONFIG: &str = r##"
[[apps]]
id = "wallet"
name = "Wallet"

[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"

[[pipelines]]
source = "github"
name = "octo-org/octo-repo/test.yml"
app = "wallet"
environment = "dev"
"##;

/// A delivery of GitHub's.
struct Delivery {
    endpoint: &'static str,
    kind: &'static str,
    id: &'static str,
    content_type: &'static str,
    signature: Option<String>,
    body: Vec<u8>,
}

impl Delivery {
    /// Signed as it should be.
    fn new(kind: &'static str, body: &str) -> Self {
        Self {
            endpoint: "octo",
            kind,
            id: GUID,
            content_type: "application/json",
            signature: Some(signature(SECRET, body.as_bytes())),
            body: body.as_bytes().to_vec(),
        }
    }

    /// As API Gateway hands it on: an HTTP API does so in base64 when it likes.
    fn event(&self, in_base64: bool) -> Value {
        let path = format!("/hooks/github/{}", self.endpoint);
        let mut event = request("POST", &path, "", None);
        event["cookies"] = json!([]);
        event["body"] = if in_base64 {
            BASE64.encode(&self.body).into()
        } else {
            String::from_utf8(self.body.clone()).unwrap().into()
        };
        event["isBase64Encoded"] = json!(in_base64);
        let headers = &mut event["headers"];
        headers["content-type"] = json!(self.content_type);
        headers["user-agent"] = json!("GitHub-Hookshot/044aadd");
        headers["x-github-event"] = json!(self.kind);
        headers["x-github-delivery"] = json!(self.id);
        if let Some(signature) = &self.signature {
            headers["x-hub-signature-256"] = json!(signature);
        }
        event
    }

    /// Status and body of what it is answered.
    async fn send(&self, hooks: &Lambda) -> (u64, Value) {
        let answer = hooks.invoke(self.event(true)).await.response();
        let body = answer["body"].as_str().unwrap();
        let kind = answer["headers"]["content-type"].as_str().unwrap();
        assert!(kind.ends_with("json"), "{answer}");
        (
            answer["statusCode"].as_u64().unwrap(),
            serde_json::from_str(body).unwrap(),
        )
    }
}

fn signature(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("sha256={}", hex::encode(hmac::sign(&key, body)))
}

async fn hooks_with(world: &Functions, endpoint: Value) -> Lambda {
    let secrets = json!({"github": {"octo": endpoint}}).to_string();
    let changes = [
        ("TOWPATH_HOOKS_SECRET", secrets.as_str()),
        ("TOWPATH_CONFIG", CONFIG),
    ];
    world.lambda_changed(HOOKS, &changes).await
}

async fn hooks(world: &Functions) -> Lambda {
    hooks_with(world, json!({"current": SECRET})).await
}

async fn run(world: &Functions, id: &str) -> Option<RunRecord> {
    let id: RunId = id.parse().unwrap();
    world.store.table.runs().get(&id).await.unwrap()
}

#[tokio::test]
async fn a_run_of_a_workflow_is_recorded_for_the_app_that_it_feeds() {
    let world = Functions::start().await;
    let hooks = hooks(&world).await;
    let delivery = Delivery::new("workflow_run", RUN_REQUESTED);
    let (status, answer) = delivery.send(&hooks).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["events"], json!([format!("github:{GUID}")]));
    let queued = run(&world, RUN).await.unwrap();
    assert_eq!(queued.run.status, Status::Queued);
    assert_eq!(queued.app.unwrap().as_str(), "wallet");
    assert_eq!(queued.environment.unwrap().as_str(), "dev");

    let delivery = Delivery {
        id: "another-delivery",
        ..Delivery::new("workflow_run", RUN_COMPLETED)
    };
    assert_eq!(delivery.send(&hooks).await.0, 200);
    let ended = run(&world, RUN).await.unwrap().run;
    assert_eq!(ended.status, Status::Succeeded);
    assert_eq!(ended.pipeline.name, "octo-org/octo-repo/test.yml");
    assert_eq!(ended.revision.unwrap().value.short_commit(), "3484a3fb");
    assert_eq!(ended.trigger.unwrap().value.by.unwrap(), "Codertocat");
}

#[tokio::test]
async fn what_github_sent_is_kept_beside_the_event() {
    let world = Functions::start().await;
    let hooks = hooks(&world).await;
    Delivery::new("workflow_run", RUN_COMPLETED)
        .send(&hooks)
        .await;
    let kept = world.store.objects.list("events/").await.unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
}

#[tokio::test]
async fn the_body_is_signed_as_it_was_sent_however_api_gateway_hands_it_on() {
    let world = Functions::start().await;
    let hooks = hooks(&world).await;
    let delivery = Delivery::new("workflow_run", RUN_COMPLETED);
    for in_base64 in [false, true] {
        let answer = hooks.invoke(delivery.event(in_base64)).await.response();
        assert_eq!(answer["statusCode"], 200, "{answer}");
    }
}

#[tokio::test]
async fn without_the_right_signature_every_delivery_has_the_same_answer_and_leaves_nothing() {
    let world = Functions::start().await;
    let hooks = hooks(&world).await;
    let good = || Delivery::new("workflow_run", RUN_COMPLETED);
    let mut altered = good();
    altered.body[100] ^= 1;
    let refused = [
        Delivery {
            signature: None,
            ..good()
        },
        Delivery {
            signature: Some(signature(
                "another secret altogether",
                RUN_COMPLETED.as_bytes(),
            )),
            ..good()
        },
        Delivery {
            signature: Some("sha256=".to_owned()),
            ..good()
        },
        Delivery {
            endpoint: "no-such-endpoint",
            ..good()
        },
        altered,
    ];
    let mut answers = Vec::new();
    for delivery in refused {
        let (status, answer) = delivery.send(&hooks).await;
        assert_eq!(status, 401);
        answers.push(answer.to_string());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(!answers[0].contains("octo"), "{answers:?}");
    assert!(run(&world, RUN).await.is_none());
    assert_eq!(world.store.objects.list("").await.unwrap().len(), 0);
}

#[tokio::test]
async fn two_secrets_are_live_while_one_follows_the_other() {
    let world = Functions::start().await;
    let rotated = json!({"current": NEXT, "previous": SECRET});
    let hooks = hooks_with(&world, rotated).await;
    let old = Delivery::new("workflow_run", RUN_REQUESTED);
    assert_eq!(old.send(&hooks).await.0, 200);
    hooks.logged("signed with the previous secret").await;
    let new = Delivery {
        id: "another-delivery",
        signature: Some(signature(NEXT, RUN_COMPLETED.as_bytes())),
        ..Delivery::new("workflow_run", RUN_COMPLETED)
    };
    assert_eq!(new.send(&hooks).await.0, 200);
    let hooks = hooks_with(&world, json!({"current": NEXT})).await;
    assert_eq!(old.send(&hooks).await.0, 401);
}

#[tokio::test]
async fn a_delivery_that_comes_again_changes_nothing() {
    let world = Functions::start().await;
    let hooks = hooks(&world).await;
    let delivery = Delivery::new("workflow_run", RUN_COMPLETED);
    delivery.send(&hooks).await;
    let before = run(&world, RUN).await;
    let (status, again) = delivery.send(&hooks).await;
    assert_eq!(status, 200);
    assert_eq!(again["duplicates"], 1, "{again}");
    assert_eq!(run(&world, RUN).await, before);

    // An attacker who intercepted it can replay it under another delivery id, which nothing signs. It says nothing new.
    let replayed = Delivery {
        id: "made-up",
        ..Delivery::new("workflow_run", RUN_REQUESTED)
    };
    assert_eq!(replayed.send(&hooks).await.0, 200);
    let after = run(&world, RUN).await.unwrap().run;
    assert_eq!(after.status, before.unwrap().run.status);
}

#[tokio::test]
async fn a_job_belongs_to_its_run_whichever_comes_first() {
    let of_the_run = |body: &str| {
        let mut job: Value = serde_json::from_str(body).unwrap();
        let run: Value = serde_json::from_str(RUN_COMPLETED).unwrap();
        job["workflow_job"]["run_id"] = run["workflow_run"]["id"].clone();
        job["repository"] = run["repository"].clone();
        job.to_string()
    };
    let job = Delivery {
        id: "of-the-job",
        ..Delivery::new("workflow_job", &of_the_run(JOB_COMPLETED))
    };
    let whole = Delivery::new("workflow_run", RUN_COMPLETED);
    for order in [[&job, &whole], [&whole, &job], [&job, &job]] {
        let world = Functions::start().await;
        let hooks = hooks(&world).await;
        for delivery in order {
            assert_eq!(delivery.send(&hooks).await.0, 200);
        }
        let found = run(&world, RUN).await;
        let Some(found) = found else {
            assert!(std::ptr::eq(order[0], order[1]), "only jobs were told of");
            continue;
        };
        assert_eq!(found.app.unwrap().as_str(), "wallet");
        assert_eq!(found.run.pipeline.name, "octo-org/octo-repo/test.yml");
        assert_eq!(found.run.status, Status::Succeeded);
        assert_eq!(found.steps.len(), 1);
        assert_eq!(found.steps[0].id.as_str(), "linters");
        assert_eq!(found.steps[0].status, Status::Failed);
        let overview = world.store.table.runs().overview().await.unwrap();
        assert_eq!(overview.recent.len(), 1, "under the app, and nowhere else");
    }
}

#[tokio::test]
async fn what_is_authentic_and_says_nothing_is_taken_and_ignored_with_the_reason() {
    let world = Functions::start().await;
    let hooks = hooks(&world).await;
    let ignored = [
        ("ping", PING, "ping"),
        ("a type of next year", PING, "a type of next year"),
        ("workflow_run", PING, "`workflow_run`"),
        ("workflow_run", "not JSON", "not JSON"),
        ("workflow_run", "", "not JSON"),
        ("", RUN_COMPLETED, "not recorded"),
    ];
    for (kind, body, reason) in ignored {
        let (status, answer) = Delivery::new(kind, body).send(&hooks).await;
        assert_eq!(status, 202, "{kind}: {answer}");
        assert_eq!(answer["events"], json!([]));
        let told = answer["ignored"].as_str().unwrap();
        assert!(told.contains(reason), "{told}");
    }
    let other = hooks_with(&world, json!({"current": SECRET, "owner": "acme"})).await;
    let (status, answer) = Delivery::new("workflow_run", RUN_COMPLETED)
        .send(&other)
        .await;
    assert_eq!(status, 202);
    assert!(
        answer["ignored"]
            .as_str()
            .unwrap()
            .contains("octo-org/octo-repo")
    );
    assert!(run(&world, RUN).await.is_none());
}

#[tokio::test]
async fn whoever_knows_the_secret_of_some_repositories_forges_nothing_of_their_neighbours() {
    let world = Functions::start().await;
    let endpoint =
        json!({"current": SECRET, "owner": "octo-org", "repositories": {"octo-repo": 300_029_405}});
    let hooks = hooks_with(&world, endpoint).await;
    let neighbour = |name: &str, id: u64| {
        let mut body: Value = serde_json::from_str(RUN_COMPLETED).unwrap();
        body["repository"]["full_name"] = json!(name);
        body["repository"]["id"] = json!(id);
        body.to_string()
    };
    // By its name and number, and by one of both, which would be in the neighbour's lists or among its runs.
    for (name, id) in [
        ("octo-org/wallet", 74),
        ("octo-org/wallet", 300_029_405),
        ("octo-org/octo-repo", 74),
        ("eve/octo-repo", 300_029_405),
    ] {
        let body = neighbour(name, id);
        let (status, answer) = Delivery::new("workflow_run", &body).send(&hooks).await;
        assert_eq!(status, 202, "{answer}");
        assert_eq!(answer["events"], json!([]));
        assert!(
            answer["ignored"].as_str().unwrap().contains(name),
            "{answer}"
        );
    }
    for id in [RUN, "github/github.com/74/289782451"] {
        assert!(run(&world, id).await.is_none(), "{id}");
    }
    assert_eq!(world.store.objects.list("").await.unwrap().len(), 0);
    let (status, answer) = Delivery::new("workflow_run", RUN_COMPLETED)
        .send(&hooks)
        .await;
    assert_eq!(status, 200, "{answer}");
    assert!(run(&world, RUN).await.is_some());
}

#[tokio::test]
async fn a_form_is_turned_away_with_what_to_set() {
    let world = Functions::start().await;
    let hooks = hooks(&world).await;
    let form = Delivery {
        content_type: "application/x-www-form-urlencoded",
        ..Delivery::new("ping", "payload=%7B%7D")
    };
    let (status, answer) = form.send(&hooks).await;
    assert_eq!(status, 415);
    assert!(
        answer["detail"]
            .as_str()
            .unwrap()
            .contains("application/json")
    );
}

#[tokio::test]
async fn a_body_larger_than_a_function_can_be_called_with_is_too_large() {
    let world = Functions::start().await;
    let hooks = hooks(&world).await;
    let large = Delivery::new("workflow_run", &" ".repeat(6 * 1024 * 1024 + 1));
    let (status, answer) = large.send(&hooks).await;
    assert_eq!(status, 413, "{answer}");
    let after = Delivery::new("workflow_run", RUN_COMPLETED);
    assert_eq!(after.send(&hooks).await.0, 200);
}

#[tokio::test]
async fn no_other_address_answers_here() {
    let world = Functions::start().await;
    let hooks = hooks(&world).await;
    for (method, path, status) in [
        ("GET", "/", 404),
        ("GET", "/api/v1/overview", 404),
        ("POST", "/api/v1/events", 404),
        ("POST", "/hooks/gitlab/octo", 404),
        ("GET", "/hooks/github/octo", 405),
    ] {
        let answer = hooks.invoke(request(method, path, "", None)).await;
        assert_eq!(answer.response()["statusCode"], status, "{method} {path}");
    }
}

#[tokio::test]
async fn nothing_in_the_log_holds_a_secret_or_a_body() {
    let world = Functions::start().await;
    let hooks = hooks(&world).await;
    Delivery::new("workflow_run", RUN_COMPLETED)
        .send(&hooks)
        .await;
    let line = hooks.logged("received").await.to_string();
    assert!(line.contains(GUID), "{line}");
    for line in hooks.log() {
        assert!(!line.contains(SECRET), "{line}");
        assert!(!line.contains("check workflow run event payload"), "{line}");
        assert!(!line.contains("sha256="), "{line}");
    }
}

#[tokio::test]
async fn without_endpoints_the_function_does_not_start_and_with_none_it_takes_nothing() {
    let world = Functions::start().await;
    let mut none = world.lambda(HOOKS).await;
    assert!(!none.ended().await);
    none.logged("TOWPATH_HOOKS_SECRET is not set").await;

    let empty = world
        .lambda_with(HOOKS, "TOWPATH_HOOKS_SECRET", r#"{"github": {}}"#)
        .await;
    let delivery = Delivery::new("workflow_run", RUN_COMPLETED);
    assert_eq!(delivery.send(&empty).await.0, 401);

    let broken = world
        .lambda_with(HOOKS, "TOWPATH_HOOKS_SECRET", r#"{"github": "hunter2"}"#)
        .await;
    assert_eq!(delivery.send(&broken).await.0, 503);
    let line = broken.logged("cannot be used").await.to_string();
    assert!(!line.contains("hunter2"), "{line}");
}

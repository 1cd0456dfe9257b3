//! Commands in a job: what they show a portal that asks who they are, and what they say where they have nothing to show.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use crate::{
    portal::{Typed, towpath, typed},
    sign_in::serve,
};

type Heard = Arc<Mutex<Vec<String>>>;

/// What the GitHub of these tests gives, for the audience that it was asked for.
const JOB: &str = "header.payload.signature";

/// A portal that takes one bearer, and a GitHub that gives it.
async fn started(heard: &Heard) -> String {
    let router = Router::new()
        .route("/token", get(token))
        .fallback(portal)
        .with_state(Arc::clone(heard));
    serve(router).await
}

async fn token(
    State(heard): State<Heard>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    heard.lock().unwrap().push(query);
    if headers[header::AUTHORIZATION] != "Bearer of the job" {
        return StatusCode::FORBIDDEN.into_response();
    }
    Json(json!({"count": 1, "value": JOB})).into_response()
}

async fn portal(State(heard): State<Heard>, headers: HeaderMap) -> Response {
    let shown = headers.get(header::AUTHORIZATION);
    let shown = shown.map_or("nothing", |shown| shown.to_str().unwrap());
    heard.lock().unwrap().push(shown.to_owned());
    if shown == format!("Bearer {JOB}") {
        return Json(json!({"items": [], "at": "2026-11-21T09:30:00Z"})).into_response();
    }
    let problem = json!({
        "type": "urn:towpath:problem:unauthorized", "title": "Unauthorized", "status": 401,
        "detail": "The token is meant for \"other\".",
    });
    let headers = [(header::CONTENT_TYPE, "application/problem+json")];
    (StatusCode::UNAUTHORIZED, headers, problem.to_string()).into_response()
}

fn holds(url: &str, variables: &[(&str, &str)]) -> Typed {
    let folder = tempfile::tempdir().unwrap();
    let mut command = towpath(folder.path());
    command
        .args(["--url", url, "holds"])
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HOME", folder.path())
        .envs(variables.iter().copied());
    typed(&mut command)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_github_asks_for_a_token_that_is_meant_for_the_portal() {
    let heard = Heard::default();
    let url = started(&heard).await;
    let asks = format!("{url}/token?api-version=2.0");
    let job = [
        ("GITHUB_ACTIONS", "true"),
        ("TOWPATH_AUTH", "github"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", asks.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of the job"),
    ];
    let done = holds(&url, &job);
    assert!(!done.err.contains("sign in"), "{}", done.err);
    let heard = heard.lock().unwrap().clone();
    let audience = url.replace(':', "%3A").replace('/', "%2F");
    assert_eq!(
        heard,
        [
            format!("api-version=2.0&audience={audience}"),
            format!("Bearer {JOB}")
        ]
    );
    for secret in ["of the job", JOB] {
        assert!(!done.out.contains(secret) && !done.err.contains(secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_github_does_not_give_is_said_to_be_missing() {
    let heard = Heard::default();
    let url = started(&heard).await;
    let asks = format!("{url}/token?api-version=2.0");
    for (address, why) in [
        (asks.as_str(), "status 403"),
        ("http://10.0.0.1/token", "not https"),
        ("nowhere", "its address is none"),
    ] {
        let done = holds(
            &url,
            &[
                ("TOWPATH_AUTH", "github"),
                ("ACTIONS_ID_TOKEN_REQUEST_URL", address),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of another job"),
            ],
        );
        assert_eq!(done.code, 1, "{}", done.err);
        assert!(done.err.contains(why), "{}", done.err);
        assert!(!done.err.contains("of another job"), "{}", done.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_a_job_brings_is_shown_and_the_portals_answer_told() {
    let heard = Heard::default();
    let url = started(&heard).await;
    holds(&url, &[("TOWPATH_ID_TOKEN", JOB)]);
    assert_eq!(*heard.lock().unwrap(), [format!("Bearer {JOB}")]);
    let plain = holds("http://portal.example", &[("TOWPATH_ID_TOKEN", JOB)]);
    assert_eq!(plain.code, 5);
    assert!(plain.err.contains("use https"), "{}", plain.err);
    let done = holds(&url, &[("TOWPATH_ID_TOKEN", "of.another.portal")]);
    assert_eq!(done.code, 5);
    assert_eq!(done.err, "towpath: The token is meant for \"other\".\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_without_a_token_is_told_what_to_write() {
    let heard = Heard::default();
    let url = started(&heard).await;
    for (runs_in, told) in [
        (
            "ACT",
            "act runs this workflow on a machine that GitHub does not vouch for",
        ),
        ("GITHUB_ACTIONS", "id-token: write"),
        ("GITLAB_CI", "id_tokens"),
        ("CIRCLECI", "circleci run oidc get"),
        ("CODEBUILD_BUILD_ID", "--auth aws"),
    ] {
        let done = holds(&url, &[(runs_in, "true")]);
        assert_eq!(done.code, 5, "{}", done.err);
        assert!(done.err.contains(told), "{}", done.err);
        assert_eq!(done.err.lines().count(), 1, "{}", done.err);
    }
    let done = holds(&url, &[("TOWPATH_AUTH", "github")]);
    assert_eq!(done.code, 5);
    assert!(
        done.err.contains("no job of GitHub Actions"),
        "{}",
        done.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_aws_signs_for_the_portal_and_who_has_none_is_told() {
    let heard = Heard::default();
    let url = started(&heard).await;
    let done = holds(
        &url,
        &[
            ("TOWPATH_AUTH", "aws"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "a-secret-of-the-tests"),
        ],
    );
    assert_eq!(done.code, 5, "{}", done.err);
    let shown = heard.lock().unwrap().remove(0);
    assert!(shown.starts_with("Bearer towpath-aws-v1."), "{shown}");
    assert!(!done.err.contains("towpath-aws-v1"), "{}", done.err);
    let none = holds(
        &url,
        &[("TOWPATH_AUTH", "aws"), ("AWS_REGION", "eu-west-1")],
    );
    assert_eq!(none.code, 5, "{}", none.err);
    assert!(
        none.err.contains("there are no AWS credentials here"),
        "{}",
        none.err
    );
    assert!(heard.lock().unwrap().is_empty());
}

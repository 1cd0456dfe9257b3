//! Tokens: made, shown to a portal, and to nobody else.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use serde_json::{Value, json};

use crate::{
    portal::{Portal, Typed, towpath, typed},
    sign_in::serve,
};

const MAKE: [&str; 9] = [
    "token",
    "make",
    "ci",
    "--may",
    "view,register",
    "--app",
    "wallet",
    "--days",
    "30",
];

#[test]
fn what_a_token_sends_is_claimed_and_nothing_waits_for_it() {
    let portal = Portal::start();
    let make = [
        "token", "make", "reporter", "--may", "report", "--days", "1",
    ];
    let token = portal.says(&make);
    let event = json!({
        "version": "0", "id": "e-1", "source": "aws.codepipeline", "account": "123456789012", "region": "eu-west-1",
        "resources": [], "time": "2025-11-21T03:00:01Z", "detail-type": "CodePipeline Pipeline Execution State Change",
        "detail": {"pipeline": "wallet-dev", "execution-id": "e-1", "state": "STARTED", "version": 1},
    });
    std::fs::write(portal.path("event.json"), event.to_string()).unwrap();
    let command = ["event", "send", "event.json"];
    let sent = with(&portal, &portal.url, token.trim_end(), &command);
    assert_eq!(sent.out, "recorded 1 event\n", "{}", sent.err);
    assert!(sent.err.contains("claimed"), "{}", sent.err);
    let view = ["token", "make", "viewer", "--may", "view", "--days", "1"];
    let viewer = portal.says(&view);
    let waiting = with(&portal, &portal.url, viewer.trim_end(), &["waiting"]);
    assert!(
        waiting.err.contains("decides on no promotion"),
        "{}",
        waiting.err
    );
    let believed = portal.types(&command);
    assert!(!believed.err.contains("claimed"), "{}", believed.err);
}

/// The command, typed with a token in the environment.
fn with(portal: &Portal, url: &str, token: &str, arguments: &[&str]) -> Typed {
    typed(
        towpath(portal.folder.path())
            .env("TOWPATH_URL", url)
            .env("TOWPATH_TOKEN", token)
            .args(arguments),
    )
}

#[test]
fn a_token_is_made_used_listed_and_revoked() {
    let portal = Portal::start();
    let made = portal.types(&MAKE);
    assert_eq!(made.code, 0, "{}", made.err);
    let token = made.out.trim_end();
    assert!(
        token.starts_with("towpath_") && token.len() == 78,
        "{token}"
    );
    assert!(made.err.contains("not shown again"), "{}", made.err);

    let me = with(&portal, &portal.url, token, &["--json", "whoami"]);
    let me: Value = serde_json::from_str(&me.out).unwrap();
    assert_eq!(me["actor"]["name"], "local/ci");
    portal.file("app.apk", 1_000);
    let push = ["push", "--app", "wallet", "--environment", "dev", "app.apk"];
    let pushed = with(&portal, &portal.url, token, &push);
    assert_eq!(pushed.code, 0, "{}", pushed.err);
    let hold = ["hold", "dev", "--app", "wallet", "--reason", "x"];
    assert_eq!(with(&portal, &portal.url, token, &hold).code, 5);
    let more = with(&portal, &portal.url, token, &MAKE);
    assert_eq!(more.code, 5, "{}", more.out);

    let listed = portal.says(&["token", "list"]);
    assert!(
        listed.contains("view,register") && listed.contains("wallet"),
        "{listed}"
    );
    assert!(!listed.contains(&token[35..]), "{listed}");
    portal.says(&["token", "revoke", "ci"]);
    let refused = with(&portal, &portal.url, token, &["status"]);
    assert_eq!(refused.code, 5);
    assert!(refused.err.contains("/settings/tokens"), "{}", refused.err);
    assert!(!refused.err.contains(token), "{}", refused.err);
    assert!(
        portal
            .refuses(4, &["token", "revoke", "ci"])
            .contains("token list")
    );
}

#[test]
fn a_token_in_a_file_goes_before_the_one_in_the_environment() {
    let portal = Portal::start();
    let made = portal.says(&MAKE);
    std::fs::write(portal.path("token"), made).unwrap();
    let asked = ["--token-file", "token", "--json", "whoami"];
    let me = with(&portal, &portal.url, "towpath_other", &asked);
    let me: Value = serde_json::from_str(&me.out).unwrap();
    assert_eq!(me["actor"]["name"], "local/ci");
    let missing = portal.refuses(5, &["--token-file", "nowhere", "whoami"]);
    assert!(missing.contains("nowhere cannot be read"), "{missing}");
    std::fs::write(portal.path("words"), "not a token").unwrap();
    let wrong = portal.refuses(5, &["--token-file", "words", "whoami"]);
    assert!(wrong.contains("words holds no token"), "{wrong}");
}

#[test]
fn a_token_is_not_sent_where_anyone_could_read_it() {
    let portal = Portal::start();
    let refused = with(
        &portal,
        "http://releases.example.com",
        "towpath_x",
        &["status"],
    );
    assert_eq!(refused.code, 5);
    assert!(refused.err.contains("use https"), "{}", refused.err);
}

#[test]
fn a_token_says_for_how_long_and_what_for() {
    let portal = Portal::start();
    for arguments in [
        &["token", "make", "ci", "--may", "view"][..],
        &["token", "make", "ci", "--days", "1"],
        &["token", "make", "ci", "--may", "everything", "--days", "1"],
        &["token", "make", "CI", "--may", "view", "--days", "1"],
        &["token", "make", "ci", "--may", "view", "--days", "366"],
        &[
            "token", "make", "ci", "--may", "view", "--days", "1", "--hours", "1",
        ],
    ] {
        assert_eq!(portal.types(arguments).code, 2, "{arguments:?}");
    }
}

type Heard = Arc<Mutex<Vec<Option<String>>>>;

fn shown(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?;
    Some(value.to_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_not_sent_along_with_a_link() {
    let bucket = Heard::default();
    let hear = async |State(heard): State<Heard>, headers: HeaderMap| {
        heard.lock().unwrap().push(shown(&headers));
        StatusCode::FORBIDDEN
    };
    let link = serve(Router::new().fallback(hear).with_state(Arc::clone(&bucket))).await;
    let asked = Heard::default();
    let grant = async move |State(heard): State<Heard>, headers: HeaderMap| {
        heard.lock().unwrap().push(shown(&headers));
        let granted = json!({"build": "01JD0000000000000000000000", "name": "app.apk",
            "sha256": "0".repeat(64), "expires_at": "2026-11-21T00:00:00Z"});
        (StatusCode::FOUND, [(header::LOCATION, link)], Json(granted)).into_response()
    };
    let url = serve(Router::new().fallback(grant).with_state(Arc::clone(&asked))).await;
    let portal = Portal::start();
    let latest = ["latest", "--app", "wallet", "--environment", "dev"];
    with(&portal, &url, "towpath_x", &latest);
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked, [Some("Bearer towpath_x".to_owned())]);
    assert_eq!(bucket.lock().unwrap().clone(), [None]);
}

//! What an answer of status 5xx holds: nothing of the person who asked, since CloudFront may keep it for everybody.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::Timestamp;
use identity::{sign_in::GivenSecret, webhook::Webhooks};
use jiff::SignedDuration;
use serde_json::json;
use testkit::{Answer, SECRET, TestPortal, connect, now, sign_in, two_apps::TwoApps};
use tokio::net::TcpListener;
use web::{AuthMode, WebhookState, webhooks_alone};

use crate::{guarded::own, patterns::documented, walk};

/// Long enough ago that the next use of a session renews its cookie.
fn earlier() -> Timestamp {
    now() - SignedDuration::from_mins(6)
}

/// Stands before a table and refuses everything with that error, but for the use of a session.
#[derive(Clone)]
struct Refusing {
    behind: String,
    client: reqwest::Client,
    error: &'static str,
}

impl Refusing {
    async fn before(behind: String, error: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let client = reqwest::Client::new();
        let refusing = Self {
            behind,
            client,
            error,
        };
        let router = Router::new().fallback(pass).with_state(refusing);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        endpoint
    }
}

async fn pass(State(table): State<Refusing>, mut headers: HeaderMap, body: Bytes) -> Response {
    let operation = headers.get("x-amz-target");
    let updates = operation.is_some_and(|name| name.as_bytes().ends_with(b".UpdateItem"));
    if !updates || !String::from_utf8_lossy(&body).contains("SESSIONS#") {
        let error = table.error;
        let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{error}"}}"#);
        return (StatusCode::BAD_REQUEST, body).into_response();
    }
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let call = table.client.post(&table.behind).headers(headers).body(body);
    let answer = call.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap()).into_response()
}

/// The same portal on a table that refuses everything.
async fn refusing(apps: &TwoApps, error: &'static str) -> Router {
    let endpoint = apps.portal.services.dynamodb_endpoint();
    let endpoint = Refusing::before(endpoint, error).await;
    let store = connect(&endpoint, &endpoint).await;
    let portal = apps.portal.another(|parts| parts.store = store);
    apps.portal.router_with(|state| {
        state.portal = portal;
        // An issuer that refuses connections at once, and the same secret.
        let secret = json!({"current": SECRET});
        state.auth = AuthMode::SignIn(sign_in("http://127.0.0.1:9", &secret));
    })
}

fn tells_nothing(what: &str, answer: &Answer) {
    assert!(answer.status.is_server_error(), "{what}: {}", answer.status);
    let given: Vec<_> = answer.headers.get_all(header::SET_COOKIE).iter().collect();
    assert!(given.is_empty(), "{what}: {given:?}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    let text = answer.text();
    for personal in [
        "admins",
        "href=\"/settings",
        "href=\"/audit",
        "href=\"/promotions",
        "/sign-out",
        "Sign in",
    ] {
        assert!(!text.contains(personal), "{what}: {personal} in {text}");
    }
    let api = what.contains(" /api/");
    let kind = answer.header("content-type");
    assert_eq!(kind.starts_with("text/html"), !api, "{what}: {kind}");
}

/// What needs no table, as the templates have it: among them a form that was not kept, and an event that means nothing.
const WELL: [&str; 15] = [
    "GET /api/openapi.json",
    "GET /api/v1/apps",
    "GET /api/v1/configuration",
    "GET /api/v1/access",
    "GET /api/v1/me",
    "GET /assets/{name}",
    "GET /healthz",
    "GET /settings",
    "GET /settings/access",
    "GET /settings/configuration",
    "GET /settings/privacy",
    "GET /sign-in/resume",
    "GET /signed-out",
    "POST /api/v1/events",
    "POST /sign-out",
];

#[tokio::test]
async fn no_failure_of_any_endpoint_holds_a_cookie_or_anything_of_a_person() {
    let mut apps = TwoApps::new().await;
    let found = walk::pages(&apps, &apps.admin).await;
    let templates = [documented(), walk::templates(&found)].concat();
    // It stays due, since no answer that renews it is heeded.
    let cookie = apps.portal.cookie("admins", earlier()).await;
    let (mut well, mut failed) = (BTreeSet::new(), BTreeSet::new());
    for error in ["AccessDeniedException", "ResourceNotFoundException"] {
        apps.portal.router = refusing(&apps, error).await;
        for template in &templates {
            let (address, body) = own(&apps, template);
            let portal = &apps.portal;
            let answer = portal.ask(&template.method, &address, Some(&cookie), &body);
            let answer = answer.await;
            let what = format!("{} {}", template.method, template.pattern);
            if answer.status.is_server_error() {
                tells_nothing(&format!("{} {address}", template.method), &answer);
                failed.insert(what);
                continue;
            }
            // Else nothing shows that the session was due.
            if answer.status == 200 && what == "GET /settings" {
                assert!(answer.header("set-cookie").starts_with("__Host-towpath="));
            }
            well.insert(what);
        }
    }
    let well: Vec<_> = well.difference(&failed).map(String::as_str).collect();
    let known: BTreeSet<_> = WELL.into_iter().collect();
    assert_eq!(well, known.into_iter().collect::<Vec<_>>());
}

/// How often the clock is still asked before it panics.
static LEFT: AtomicI64 = AtomicI64::new(0);

fn panicking() -> Timestamp {
    assert!(
        LEFT.fetch_sub(1, Ordering::SeqCst) != 1,
        "the clock panicked"
    );
    now()
}

#[tokio::test]
async fn a_panic_wherever_it_happens_is_an_answer_without_a_cookie() {
    let mut portal = TestPortal::signed_in().await;
    portal.reroute(|state| state.clock = panicking);
    let cookie = portal.cookie("admins", earlier()).await;
    LEFT.store(i64::MAX, Ordering::SeqCst);
    let well = portal.get_as("/settings", Some(&cookie)).await;
    assert!(well.headers.contains_key(header::SET_COOKIE));
    let asked = i64::MAX - LEFT.load(Ordering::SeqCst);
    assert!(asked >= 3, "{asked}");
    for ask in 1..=asked {
        LEFT.store(ask, Ordering::SeqCst);
        let answer = portal.get_as("/settings", Some(&cookie)).await;
        assert_eq!(answer.status, 500, "{ask}");
        assert!(!answer.headers.contains_key(header::SET_COOKIE), "{ask}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.text().contains("admins"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_failure_of_the_webhooks_router_is_kept_by_nobody() {
    let site = TestPortal::new().await;
    let secrets = r#"{"github": {"acme": {"current": "a secret of the tests"}}}"#;
    let hooks = |clock, secrets: &str| {
        let source = Arc::new(GivenSecret(secrets.to_owned()));
        webhooks_alone(WebhookState {
            portal: site.portal.clone(),
            webhooks: Webhooks::new(source),
            clock,
            origin_key: None,
        })
    };
    let panics: fn() -> Timestamp = || panic!("the clock panicked");
    for (router, status) in [(hooks(panics, secrets), 500), (hooks(now, "nonsense"), 503)] {
        let request = Request::builder().method(Method::POST);
        let request = request.uri("/hooks/github/acme").body(Body::from("{}"));
        let answer = Answer::of(&router, request.unwrap()).await;
        answer.problem(status);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

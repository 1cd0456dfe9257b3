//! What the command line sends and says where a portal is not this machine's own.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::portal::Portal;

pub(crate) async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_a_portal_does_not_know_is_told_what_to_show() {
    let refuse = async || {
        let problem = json!({
            "type": "urn:towpath:problem:unauthorized", "title": "Unauthorized", "status": 401,
            "detail": "Sign in first, at /sign-in.",
        });
        let headers = [(header::CONTENT_TYPE, "application/problem+json")];
        (StatusCode::UNAUTHORIZED, headers, problem.to_string()).into_response()
    };
    let url = serve(Router::new().fallback(refuse)).await;
    let portal = Portal::start();
    for command in [
        &["waiting"][..],
        &["hold", "prod", "--reason", "x"],
        &["audit", "verify"],
    ] {
        let done = portal.types_at(&url, command);
        assert_eq!(done.code, 5, "{}", done.err);
        assert_eq!(
            done.err,
            format!(
                "towpath: the portal at {url}/ does not know you: make a token at {url}/settings/tokens, and give it in TOWPATH_TOKEN or with --token-file\n"
            )
        );
    }
}

type Heard = Arc<Mutex<Vec<Value>>>;

#[tokio::test(flavor = "multi_thread")]
async fn approving_names_the_bytes_that_were_looked_at() {
    let portal = Portal::with_a_path();
    portal.builds(1_000);
    let asked = [
        "promote",
        "wallet/dev",
        "--to",
        "preprod",
        "--reason",
        "tested",
    ];
    let promotion = portal.json(&asked);
    let id = promotion["id"].as_str().unwrap().to_owned();
    let view = portal.json(&["promotions", &id]);
    let approve = {
        let promotion = promotion.clone();
        async move |State(heard): State<Heard>, Json(body): Json<Value>| {
            heard.lock().unwrap().push(body);
            Json(promotion)
        }
    };
    let heard = Heard::default();
    let router = Router::new()
        .route("/api/v1/promotions/{id}", get(async move || Json(view)))
        .route("/api/v1/promotions/{id}/approve", post(approve))
        .with_state(Arc::clone(&heard));
    let url = serve(router).await;
    let other = "0".repeat(64);
    for more in [
        &[][..],
        &["--comment", "four phones"],
        &["--digest", &other],
    ] {
        let done = portal.types_at(&url, &[&["approve", &id], more].concat());
        assert_eq!(done.code, 0, "{}", done.err);
    }
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard[0]["digest"], promotion["digest"]);
    assert_eq!(heard[1]["comment"], "four phones");
    assert_ne!(
        heard[2]["digest"], promotion["digest"],
        "nothing is sent but what was looked at"
    );
}

//! A `CodePipeline` that takes answers to jobs and does nothing with them.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::Value;

/// An answer to a job: the operation's name and what was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) operation: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        self.operation == "PutJobSuccessResult"
    }

    pub(crate) fn output(&self, name: &str) -> &str {
        self.body["outputVariables"][name]
            .as_str()
            .unwrap_or_default()
    }
}

/// The listening end.
pub(crate) struct CodePipeline {
    pub(crate) endpoint: String,
    desk: Arc<Desk>,
}

/// Where answers come in.
#[derive(Default)]
struct Desk {
    answers: Mutex<Vec<Answer>>,
    refuses: AtomicBool,
}

impl CodePipeline {
    pub(crate) async fn start() -> Self {
        let desk = Arc::new(Desk::default());
        let router = Router::new()
            .route("/", post(take))
            .with_state(desk.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, desk }
    }

    /// Every answer so far.
    pub(crate) fn answers(&self) -> Vec<Answer> {
        self.desk.answers.lock().unwrap().clone()
    }

    /// From now on, whether it refuses every answer.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.desk.refuses.store(refuses, Ordering::Relaxed);
    }

    /// The newest answer.
    pub(crate) fn last(&self) -> Answer {
        self.answers().pop().expect("the job was answered")
    }
}

async fn take(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    let json = [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];
    if desk.refuses.load(Ordering::Relaxed) {
        let refused = r#"{"__type":"ValidationException","message":"not now"}"#;
        return (StatusCode::BAD_REQUEST, json, refused).into_response();
    }
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    desk.answers.lock().unwrap().push(Answer {
        operation,
        body: serde_json::from_slice(&body).unwrap(),
    });
    (StatusCode::OK, json, "{}").into_response()
}

//! A `CodePipeline` that takes every answer to its jobs and remembers it.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The answers that came in, with the operation's name.
#[derive(Clone, Default)]
pub(crate) struct CodePipeline {
    answers: Arc<Mutex<Vec<(String, Value)>>>,
    refuses: Arc<Mutex<bool>>,
}

impl CodePipeline {
    /// Starts one; with its endpoint.
    pub(crate) async fn start() -> (Self, String) {
        let codepipeline = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .fallback(take)
            .with_state(codepipeline.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (codepipeline, endpoint)
    }

    /// From now on it takes no answer.
    pub(crate) fn refuse(&self) {
        *self.refuses.lock().unwrap() = true;
    }

    /// All answers so far.
    pub(crate) fn answers(&self) -> Vec<(String, Value)> {
        self.answers.lock().unwrap().clone()
    }

    /// The last answer, which has to be a success.
    pub(crate) fn success(&self) -> Value {
        let (operation, body) = self.answers().pop().unwrap();
        assert_eq!(operation, "PutJobSuccessResult", "{body}");
        body
    }

    /// The kind and the message of the last answer, which has to be a failure.
    pub(crate) fn failure(&self) -> (String, String) {
        let (operation, body) = self.answers().pop().unwrap();
        assert_eq!(operation, "PutJobFailureResult", "{body}");
        let text = |name: &str| body["failureDetails"][name].as_str().unwrap().to_owned();
        (text("type"), text("message"))
    }
}

async fn take(
    State(codepipeline): State<CodePipeline>,
    headers: HeaderMap,
    body: String,
) -> impl IntoResponse {
    let json = [("content-type", "application/x-amz-json-1.1")];
    if *codepipeline.refuses.lock().unwrap() {
        let error = json!({"__type": "ValidationException", "message": "not today"});
        return (StatusCode::BAD_REQUEST, json, error.to_string());
    }
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    let body = serde_json::from_str(&body).unwrap();
    codepipeline.answers.lock().unwrap().push((operation, body));
    (StatusCode::OK, json, "{}".to_owned())
}

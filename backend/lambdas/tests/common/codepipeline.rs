//! A `CodePipeline` that says where jobs come from, takes every answer to them and remembers it.

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
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    let body = serde_json::from_str(&body).unwrap();
    if let Some(told) = told(&operation, &body) {
        return (StatusCode::OK, json, told.to_string());
    }
    if *codepipeline.refuses.lock().unwrap() {
        let error = json!({"__type": "ValidationException", "message": "not today"});
        return (StatusCode::BAD_REQUEST, json, error.to_string());
    }
    codepipeline.answers.lock().unwrap().push((operation, body));
    (StatusCode::OK, json, "{}".to_owned())
}

/// What is asked of it: every job is of the execution x1 of the pipeline wallet-dev.
fn told(operation: &str, asked: &Value) -> Option<Value> {
    match operation {
        "GetJobDetails" => Some(
            json!({"jobDetails": {"id": asked["jobId"], "accountId": "123456789012", "data": {
                "pipelineContext": {
                    "pipelineName": "wallet-dev",
                    "pipelineArn": "arn:aws:codepipeline:eu-west-1:123456789012:wallet-dev",
                    "pipelineExecutionId": "x1",
                    "stage": {"name": "Register"},
                    "action": {"name": "Register", "actionExecutionId": "a1"},
                },
                "artifactCredentials": {
                    "accessKeyId": "JOBKEY-ANEW",
                    "secretAccessKey": "the-secret-of-the-job-anew",
                    "sessionToken": "the-secret-of-its-session",
                },
            }}}),
        ),
        "GetPipelineExecution" => Some(json!({"pipelineExecution": {
            "pipelineName": asked["pipelineName"],
            "pipelineExecutionId": asked["pipelineExecutionId"],
            "status": "InProgress",
            "artifactRevisions": [{"name": "Sources", "revisionId": "8cf40f2a", "revisionSummary": "Fix the camera"}],
        }})),
        _ => None,
    }
}

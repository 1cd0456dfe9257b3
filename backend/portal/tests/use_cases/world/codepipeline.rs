//! A `CodePipeline` that says where jobs come from, takes answers to them and does nothing with them.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

thread_local! {
    /// The pipeline and the execution of each job of a test. The servers of a test run on its thread.
    static JOBS: RefCell<HashMap<String, (String, String)>> = RefCell::default();
    /// The account that pipelines are in, where it is not the portal's.
    static ACCOUNT: RefCell<Option<String>> = RefCell::default();
}

/// From now on every job is of a pipeline in this account.
#[allow(
    dead_code,
    reason = "only some of the programs of tests have such jobs"
)]
pub(crate) fn are_of_account(account: &str) {
    ACCOUNT.with_borrow_mut(|set| *set = Some(account.to_owned()));
}

/// From now on the job is of this execution.
pub(crate) fn is_of(job: &str, pipeline: &str, execution: &str) {
    let of = (pipeline.to_owned(), execution.to_owned());
    JOBS.with_borrow_mut(|jobs| jobs.insert(job.to_owned(), of));
}

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
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    let body: Value = serde_json::from_slice(&body).unwrap();
    if let Some(told) = told(&operation, &body) {
        return (json, told.to_string()).into_response();
    }
    if desk.refuses.load(Ordering::Relaxed) {
        let refused = r#"{"__type":"ValidationException","message":"not now"}"#;
        return (StatusCode::BAD_REQUEST, json, refused).into_response();
    }
    desk.answers
        .lock()
        .unwrap()
        .push(Answer { operation, body });
    (StatusCode::OK, json, "{}").into_response()
}

fn told(operation: &str, asked: &Value) -> Option<Value> {
    match operation {
        "GetJobDetails" => {
            let job = asked["jobId"].as_str().unwrap();
            let of = JOBS.with_borrow(|jobs| jobs.get(job).cloned());
            let (pipeline, execution) = of.expect("the job is of an execution");
            let account = ACCOUNT.with_borrow(Clone::clone);
            let account = account.as_deref().unwrap_or(super::ACCOUNT);
            let context = json!({
                "pipelineName": pipeline,
                "pipelineArn": format!("arn:aws:codepipeline:eu-west-1:{account}:{pipeline}"),
                "pipelineExecutionId": execution,
                "stage": {"name": "Register"},
                "action": {"name": "Register", "actionExecutionId": "an action"},
            });
            Some(
                json!({"jobDetails": {"id": job, "accountId": account, "data": {"pipelineContext": context}}}),
            )
        }
        "GetPipelineExecution" => Some(json!({"pipelineExecution": {
            "pipelineName": asked["pipelineName"],
            "pipelineExecutionId": asked["pipelineExecutionId"],
            "artifactRevisions": [
                {"name": "Sources", "revisionId": "0a1b2c3d4e5f", "revisionSummary": "Open the lock"},
            ],
        }})),
        _ => None,
    }
}
